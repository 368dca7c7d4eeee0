package io.drme.web.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.api.Test;

class ListingTest {
    private static final JsonArray ITEMS =
            new JsonArray()
                    .add(
                            new JsonObject()
                                    .put("device", "press-3")
                                    .put("lastGood", "x".repeat(70))
                                    .put("lastError", "no answer, \"late\"\n" + "y".repeat(70)))
                    .add(new JsonObject().put("device", "boiler"));

    private static String printed(Listing.Format format, JsonArray items) {
        var text = new StringWriter();
        new Listing("device", "lastGood", "lastError").print(items, format, new PrintWriter(text));
        return text.toString();
    }

    // A program that reads the list would take what came before the failure for all there is.
    @Test
    void aListThatFailsHalfwayIsNoWholeJsonAndNoEmptyTable() {
        var json = new StringWriter();
        var table = new StringWriter();
        var listing = new Listing("device");
        try (var begun = listing.printer(Listing.Format.json, new PrintWriter(json));
                var none = listing.printer(Listing.Format.table, new PrintWriter(table))) {
            begun.add(ITEMS);
            none.add(new JsonArray());
        }
        assertThatThrownBy(() -> new JsonObject(json.toString()))
                .isInstanceOf(DecodeException.class);
        assertThat(table.toString()).isEmpty();
    }

    // The last column is where an error's remedy stands: cut, it would not help anybody.
    @Test
    void tableCutsWideCellsButNeverTheLastColumn() {
        assertThat(printed(Listing.Format.table, ITEMS).lines())
                .containsExactly(
                        "DEVICE   LAST GOOD" + " ".repeat(53) + "LAST ERROR",
                        "press-3  " + "x".repeat(59) + "…  no answer, \"late\" " + "y".repeat(70),
                        "boiler");
    }

    @Test
    void csvQuotesByRfc4180AndCutsNothing() {
        assertThat(printed(Listing.Format.csv, ITEMS))
                .isEqualToNormalizingNewlines(
                        "device,lastGood,lastError\npress-3,"
                                + "x".repeat(70)
                                + ",\"no answer, \"\"late\"\"\n"
                                + "y".repeat(70)
                                + "\"\nboiler,,\n");
    }

    @Test
    void oneLineIsQuotedInCsvAndHasNoCommaAtItsEnd() {
        var item = new JsonObject().put("tag", "a/b").put("message", "hot, very");
        assertThat(Listing.line(item, Listing.Format.csv, "tag", "message", "reason"))
                .isEqualTo("a/b,\"hot, very\",");
        assertThat(Listing.line(item, Listing.Format.table, "tag", "message", "reason"))
                .isEqualTo("a/b  hot, very");
    }

    @Test
    void nothingIsSaidInWordsToPeopleAndAsAnEmptyListToPrograms() {
        assertThat(printed(Listing.Format.table, new JsonArray()).strip()).isEqualTo("none");
        assertThat(new JsonObject(printed(Listing.Format.json, new JsonArray())))
                .isEqualTo(new JsonObject().put("items", new JsonArray()));
    }
}
