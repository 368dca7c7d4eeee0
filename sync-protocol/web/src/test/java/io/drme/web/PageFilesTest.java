package io.drme.web;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What can be said of the pages without a browser. */
class PageFilesTest {
    private static final int MAX_ZIPPED_BYTES = 150_000;
    private static final Path FILES = Path.of("src/main/resources/web");
    private static final Pattern IMPORT =
            Pattern.compile("\\b(?:from|import)\\s*[\"']([^\"'\\s]+)[\"']");
    private static final Pattern REFERENCE = Pattern.compile("(?:src|href)=\"(/[^\"#]+)\"");

    // A plant's network has no internet, and a page must tell nobody that it is looked at.
    @Test
    void noFileNamesAnAddressOutsideThisProgram() throws Exception {
        try (var files = Files.walk(FILES)) {
            var texts = files.filter(Files::isRegularFile).toList();
            assertThat(texts).hasSizeGreaterThan(10);
            for (var file : texts) {
                assertThat(
                                Files.readString(file)
                                        .replace("http://www.w3.org/2000/svg", "")
                                        .replace("\"http:\"", "")
                                        .replace("\"https:\"", ""))
                        .as(file.toString())
                        .doesNotContain("http:", "https:", "//cdn", "innerHTML", "eval(");
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"plant", "fleet"})
    void aPageIsWholeAndSmall(String folder) {
        var assets = new Assets(folder);
        int bytes = 0;
        var seen = new HashSet<String>();
        var waiting = new ArrayDeque<>(List.of("/", "/sign-in", "/docs"));
        if (folder.equals("plant")) {
            waiting.add("/commission");
        }
        while (!waiting.isEmpty()) {
            var path = waiting.poll();
            if (seen.add(path) && !path.equals("/openapi.json")) {
                var asset = assets.find(path);
                assertThat(asset).as(path).isPresent();
                bytes += asset.get().gzipped().orElse(asset.get().body()).length();
                waiting.addAll(references(path, asset.get().body().toString(), assets));
            }
        }
        assertThat(seen).contains("/assets/parts/trend.js").hasSizeGreaterThan(15);
        assertThat(bytes).isLessThan(MAX_ZIPPED_BYTES);
    }

    // Modules that name one another are fetched one after another; a page names them all at once.
    @Test
    void thePlantsPageNamesAllItsModulesInItsHead() {
        var assets = new Assets("plant");
        var page = assets.find("/").orElseThrow().body().toString(StandardCharsets.UTF_8);
        var named =
                Pattern.compile("rel=\"modulepreload\" href=\"([^\"]+)\"")
                        .matcher(page)
                        .results()
                        .map(m -> m.group(1))
                        .toList();
        assertThat(named)
                .contains("/assets/plant/plant.js", "/assets/parts/chart.js", "/assets/texts/de.js")
                .anyMatch(m -> m.endsWith("lit-html.js"))
                .doesNotHaveDuplicates();
        for (var module : named) {
            var source = assets.find(module).orElseThrow().body().toString(StandardCharsets.UTF_8);
            assertThat(named).as(module).containsAll(references(module, source, assets));
        }
    }

    /** The files that a file loads, as a browser would find them. */
    private static Set<String> references(String path, String text, Assets assets) {
        var found = new HashSet<String>();
        if (path.endsWith(".js")) {
            var matcher = IMPORT.matcher(text);
            while (matcher.find()) {
                var name = matcher.group(1);
                found.add(name.startsWith("/") ? name : resolved(path, name, assets));
            }
        } else if (!path.endsWith(".css") && !path.endsWith(".svg")) {
            var matcher = REFERENCE.matcher(text);
            while (matcher.find()) {
                found.add(matcher.group(1));
            }
        }
        return found;
    }

    private static String resolved(String path, String name, Assets assets) {
        if (name.startsWith("./") || name.startsWith("../")) {
            return URI.create(path).resolve(name).toString();
        }
        var page = assets.find("/").orElseThrow().body().toString(StandardCharsets.UTF_8);
        int start = page.indexOf("{\"imports\"");
        var imports =
                new io.vertx.core.json.JsonObject(
                                page.substring(start, page.indexOf("</script>", start)))
                        .getJsonObject("imports");
        if (imports.containsKey(name)) {
            return imports.getString(name);
        }
        int slash = name.indexOf('/', name.startsWith("@") ? name.indexOf('/') + 1 : 0);
        var folder = imports.getString(name.substring(0, slash + 1));
        assertThat(folder).as("import of %s in %s", name, path).isNotNull();
        return folder + name.substring(slash + 1);
    }
}
