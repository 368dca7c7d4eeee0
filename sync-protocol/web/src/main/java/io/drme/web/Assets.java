package io.drme.web;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonObject;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayDeque;
import java.util.Base64;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import java.util.regex.Pattern;
import java.util.zip.GZIPOutputStream;

/**
 * The files of pages, all from the class path: our own, and Lit and uPlot from their WebJars. Safe
 * for use from any thread.
 */
final class Assets {
    private static final String OWN_PREFIX = "/assets/";
    private static final String WEBJAR_PREFIX = "/webjars/";
    private static final String WEBJAR_FOLDER = "META-INF/resources/webjars/";
    private static final String UPLOT_PLACE = "{uplot}";
    private static final String IMPORT_MAP_PLACE = "<!-- import map -->";
    private static final String PRELOAD_PLACE = "<!-- preload -->";

    /** As our own files and those of the WebJars write them. */
    private static final Pattern IMPORT =
            Pattern.compile("\\b(?:from|import)\\s*[\"']([^\"'\\s]+)[\"']");

    private static final Pattern MODULE = Pattern.compile("type=\"module\" src=\"([^\"]+)\"");
    private static final Set<String> WEBJARS =
            Set.of("lit", "lit-element", "lit-html", "lit__reactive-element", "uplot");

    /** No dot-dot, no hidden files, nothing but letters, digits and single dots. */
    private static final Pattern SAFE = Pattern.compile("[A-Za-z0-9_-]+([./@][A-Za-z0-9_-]+)*");

    private static final Map<String, String> MEDIA_TYPES =
            Map.of(
                    "js", "text/javascript; charset=utf-8",
                    "css", "text/css; charset=utf-8",
                    "html", "text/html; charset=utf-8",
                    "svg", "image/svg+xml");

    private static final int GZIP_FROM_BYTES = 512;

    private final Map<String, String> pages;
    private final String importMap;
    private final ReentrantLock lock = new ReentrantLock();

    /** Guarded by {@link #lock}; holds no more than there are files on the class path. */
    private final Map<String, Asset> loaded = new HashMap<>();

    /** A file as it is sent. */
    record Asset(
            String mediaType,
            Buffer body,
            Optional<Buffer> gzipped,
            String etag,
            String cacheControl,
            Optional<String> policy) {}

    /** Serves the pages of {@code web/}{@code folder}. */
    Assets(String folder) {
        pages =
                Map.of(
                        "/",
                        "web/" + folder + "/index.html",
                        "/commission",
                        "web/" + folder + "/commission.html",
                        "/sign-in",
                        "web/parts/sign-in.html",
                        "/docs",
                        "web/parts/docs.html");
        importMap = importMap();
    }

    /** The file at a path; nothing where there is none. Reads the class path the first time. */
    Optional<Asset> find(String path) {
        lock.lock();
        try {
            var known = loaded.get(path);
            if (known != null) {
                return Optional.of(known);
            }
            var asset = load(path);
            asset.ifPresent(a -> loaded.put(path, a));
            return asset;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } finally {
            lock.unlock();
        }
    }

    private Optional<Asset> load(String path) throws IOException {
        var page = pages.get(path);
        if (page != null) {
            return resource(page).map(html -> page(new String(html, StandardCharsets.UTF_8)));
        }
        if (path.startsWith(OWN_PREFIX)) {
            var name = path.substring(OWN_PREFIX.length());
            return isSafe(name)
                    ? resource("web/" + name).map(bytes -> asset(name, bytes, "no-cache"))
                    : Optional.empty();
        }
        if (path.startsWith(WEBJAR_PREFIX)) {
            var name = path.substring(WEBJAR_PREFIX.length());
            boolean allowed = isSafe(name) && WEBJARS.contains(name.split("/", 2)[0]);
            return allowed
                    ? resource(WEBJAR_FOLDER + name)
                            .map(b -> asset(name, b, "public, max-age=31536000, immutable"))
                    : Optional.empty();
        }
        return Optional.empty();
    }

    private static boolean isSafe(String name) {
        return SAFE.matcher(name).matches() && MEDIA_TYPES.containsKey(extension(name));
    }

    private static String extension(String name) {
        return name.substring(name.lastIndexOf('.') + 1);
    }

    /** A page may run our scripts and the one import map, and talk to nobody but us. */
    private Asset page(String html) {
        var preloads = new StringBuilder();
        modules(html)
                .forEach(m ->
                        preloads.append("<link rel=\"modulepreload\" href=\"")
                                .append(m)
                                .append("\" />"));
        var bytes =
                html.replace(PRELOAD_PLACE, preloads)
                        .replace(UPLOT_PLACE, webjarFolder("uplot"))
                        .replace(
                                IMPORT_MAP_PLACE,
                                "<script type=\"importmap\">" + importMap + "</script>")
                        .getBytes(StandardCharsets.UTF_8);
        var plain = asset("page.html", bytes, "no-cache");
        var policy =
                "default-src 'none'; script-src 'self' 'sha256-"
                        + Base64.getEncoder()
                                .encodeToString(sha256(importMap.getBytes(StandardCharsets.UTF_8)))
                        + "'; style-src 'self'; img-src 'self'; connect-src 'self';"
                        + " base-uri 'none'; form-action 'self'; frame-ancestors 'none'";
        return new Asset(
                plain.mediaType(),
                plain.body(),
                plain.gzipped(),
                plain.etag(),
                plain.cacheControl(),
                Optional.of(policy));
    }

    /**
     * All modules that a page comes to run: named in its head, the browser fetches them at once
     * instead of one after another as each tells the next.
     */
    private Set<String> modules(String html) {
        var found = new LinkedHashSet<String>();
        var waiting = new ArrayDeque<String>();
        MODULE.matcher(html).results().forEach(m -> waiting.add(m.group(1)));
        while (!waiting.isEmpty()) {
            var path = waiting.poll();
            if (found.add(path)) {
                var source = find(path).map(a -> a.body().toString(StandardCharsets.UTF_8));
                IMPORT.matcher(source.orElse(""))
                        .results()
                        .forEach(m -> waiting.add(resolved(path, m.group(1))));
            }
        }
        return found;
    }

    /** The path of what a module imports, as a browser finds it. */
    private String resolved(String from, String name) {
        if (name.startsWith("/")) {
            return name;
        }
        if (name.startsWith("./") || name.startsWith("../")) {
            return URI.create(from).resolve(name).toString();
        }
        var imports = new JsonObject(importMap).getJsonObject("imports");
        var exact = imports.getString(name);
        if (exact != null) {
            return exact;
        }
        int slash = name.indexOf('/', name.startsWith("@") ? name.indexOf('/') + 1 : 0);
        var folder = slash < 0 ? null : imports.getString(name.substring(0, slash + 1));
        if (folder == null) {
            throw new IllegalStateException(from + " imports " + name + ", which is not there");
        }
        return folder + name.substring(slash + 1);
    }

    private static Asset asset(String name, byte[] bytes, String cacheControl) {
        var etag =
                "\"" + Base64.getUrlEncoder().encodeToString(sha256(bytes)).substring(0, 22) + "\"";
        return new Asset(
                MEDIA_TYPES.getOrDefault(extension(name), "application/octet-stream"),
                Buffer.buffer(bytes),
                bytes.length < GZIP_FROM_BYTES ? Optional.empty() : Optional.of(gzip(bytes)),
                etag,
                cacheControl,
                Optional.empty());
    }

    private static Buffer gzip(byte[] bytes) {
        var out = new ByteArrayOutputStream();
        try (var gzip = new GZIPOutputStream(out)) {
            gzip.write(bytes);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return Buffer.buffer(out.toByteArray());
    }

    private static byte[] sha256(byte[] bytes) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(bytes);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }

    /** Where the browser finds Lit and uPlot; the versions are those on the class path. */
    private static String importMap() {
        var imports = new JsonObject();
        for (var module :
                List.of(
                        new String[] {"lit", "lit", "index.js"},
                        new String[] {"lit-html", "lit-html", "lit-html.js"},
                        new String[] {"lit-element", "lit-element", "lit-element.js"},
                        new String[] {
                            "@lit/reactive-element", "lit__reactive-element", "reactive-element.js"
                        })) {
            var folder = webjarFolder(module[1]);
            imports.put(module[0], folder + module[2]).put(module[0] + "/", folder);
        }
        imports.put("uplot", webjarFolder("uplot") + "dist/uPlot.esm.js");
        return new JsonObject().put("imports", imports).encode();
    }

    private static String webjarFolder(String artifact) {
        return WEBJAR_PREFIX + artifact + "/" + webjarVersion(artifact) + "/";
    }

    private static String webjarVersion(String artifact) {
        var name = "META-INF/maven/org.webjars.npm/" + artifact + "/pom.properties";
        try {
            var properties = new Properties();
            var bytes = resource(name);
            if (bytes.isPresent()) {
                properties.load(new java.io.ByteArrayInputStream(bytes.get()));
            }
            var version = properties.getProperty("version");
            if (version == null) {
                throw new IllegalStateException("the WebJar " + artifact + " is not there");
            }
            return version;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Optional<byte[]> resource(String name) throws IOException {
        try (var in = Assets.class.getClassLoader().getResourceAsStream(name)) {
            return in == null ? Optional.empty() : Optional.of(in.readAllBytes());
        }
    }
}
