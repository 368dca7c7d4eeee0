package io.drme.bench;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.io.PrintStream;
import java.io.StringWriter;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/** Prints the rows of all benchmarks, as a table or as the one JSON document. */
final class Report {
    private Report() {}

    static void table(Map<String, List<Row>> benches, PrintStream out) {
        machine().forEach((key, value) -> out.printf("%-12s %s%n", key, value));
        benches.forEach((bench, rows) -> {
            out.printf("%n%s%n", bench);
            for (var row : rows) {
                out.printf(
                        Locale.ROOT,
                        "  %-34s %-22s ours %12s  floor %10s  %s%n      %s  [%s]%s%n",
                        row.name(),
                        row.measure(),
                        text(row.ours()),
                        row.floor().isPresent() ? text(row.floor().getAsDouble()) : "-",
                        row.peers().entrySet().stream()
                                .map(e -> e.getKey() + " " + text(e.getValue()))
                                .collect(Collectors.joining(", ")),
                        row.reach(),
                        row.met() ? "met" : "not met",
                        row.valid() ? "" : "  VOID: its own check failed");
            }
        });
    }

    private static String text(double figure) {
        return figure >= 1_000
                ? "%,.0f".formatted(figure)
                : String.format(Locale.ROOT, "%.3f", figure);
    }

    static void json(Map<String, List<Row>> benches, PrintStream out) throws IOException {
        var text = new StringWriter();
        try (var json = new JsonFactory().createGenerator(text)) {
            json.writeStartObject();
            json.writeObjectFieldStart("machine");
            for (var entry : machine().entrySet()) {
                json.writeStringField(entry.getKey(), entry.getValue());
            }
            json.writeEndObject();
            json.writeArrayFieldStart("benches");
            for (var bench : benches.entrySet()) {
                json.writeStartObject();
                json.writeStringField("bench", bench.getKey());
                json.writeArrayFieldStart("rows");
                for (var row : bench.getValue()) {
                    write(row, json);
                }
                json.writeEndArray();
                json.writeEndObject();
            }
            json.writeEndArray();
            json.writeEndObject();
        }
        out.println(text);
    }

    private static void write(Row row, JsonGenerator json) throws IOException {
        json.writeStartObject();
        json.writeStringField("case", row.name());
        json.writeStringField("measure", row.measure());
        json.writeStringField("better", row.lowerIsBetter() ? "lower" : "higher");
        json.writeNumberField("ours", row.ours());
        json.writeObjectFieldStart("peers");
        for (var peer : row.peers().entrySet()) {
            json.writeNumberField(peer.getKey(), peer.getValue());
        }
        json.writeEndObject();
        if (row.floor().isPresent()) {
            json.writeNumberField("floor", row.floor().getAsDouble());
        } else {
            json.writeNullField("floor");
        }
        json.writeStringField("reach", row.reach());
        json.writeBooleanField("met", row.met() && row.valid());
        json.writeBooleanField("valid", row.valid());
        json.writeEndObject();
    }

    private static Map<String, String> machine() {
        var machine = new java.util.LinkedHashMap<String, String>();
        machine.put("os", System.getProperty("os.name") + " " + System.getProperty("os.version"));
        machine.put("arch", System.getProperty("os.arch"));
        machine.put("cores", String.valueOf(Runtime.getRuntime().availableProcessors()));
        machine.put("java", System.getProperty("java.vm.version"));
        return machine;
    }
}
