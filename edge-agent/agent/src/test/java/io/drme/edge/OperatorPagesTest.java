package io.drme.edge;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The page of an operator tells all of its keys; the schema is the list, which the code is held to
 * by {@link SchemaLockstepTest}.
 */
class OperatorPagesTest {
    private static final Path PAGES = Path.of("../../docs/operators");
    private static final Pattern ROW = Pattern.compile("(?m)^\\| `([a-z-]+)` \\|");

    private static JsonObject steps() {
        return new JsonObject(Shipped.schema())
                .getJsonObject("definitions")
                .getJsonObject("step")
                .getJsonObject("properties");
    }

    static Set<String> operatorsWithKeys() {
        var with = new TreeSet<String>();
        for (var name : steps().fieldNames()) {
            if (!keys(name).isEmpty()) {
                with.add(name);
            }
        }
        return with;
    }

    private static Set<String> keys(String operator) {
        var step = steps().getJsonObject(operator);
        var found = new TreeSet<String>();
        collect(step, found);
        return found;
    }

    /** Also below {@code anyOf}, where a short form stands beside the long one. */
    private static void collect(JsonObject schema, Set<String> found) {
        var properties = schema.getJsonObject("properties");
        if (properties != null) {
            found.addAll(properties.fieldNames());
        }
        for (var either : Set.of("anyOf", "oneOf")) {
            var choices = schema.getJsonArray(either);
            if (choices != null) {
                choices.forEach(choice -> collect((JsonObject) choice, found));
            }
        }
    }

    @ParameterizedTest
    @MethodSource("operatorsWithKeys")
    void thePageHasARowForEachKeyOfTheSchema(String operator) throws IOException {
        var page = Files.readString(PAGES.resolve(operator + ".md"));
        var rows = new TreeSet<String>();
        ROW.matcher(page).results().forEach(row -> rows.add(row.group(1)));

        assertThat(rows).containsAll(keys(operator));
    }
}
