package io.drme.edge;

import io.drme.config.InvalidConfigException;
import io.drme.driver.Commissioning;
import io.drme.driver.DriverException;
import io.drme.web.client.CommandException;
import io.drme.web.client.Listing;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code drme-agent read}: a test-read before anything is configured. */
@Command(
        name = "read",
        description = {
            "Reads addresses of a device on trial; writes nothing and changes nothing.",
            "Of Modbus registers it shows every decoding side by side, the most plausible first: by several reads, their smoothness, the registers beside, and --range where you know it."
        },
        footer = {
            "  drme-agent read tcp://10.0.4.17:502 holding:100",
            "  drme-agent read tcp://10.0.4.17:502 40101 --unit-id 3 --range 0..150 --reads 8",
            "  drme-agent read tcp://10.0.4.17:502 holding:100 input:7 --type float32 --order cdab",
            "  drme-agent read 'rtu:///dev/ttyUSB0?baud=9600&parity=none' holding:100 --unit-id 3",
            "  drme-agent read rtu-tcp://10.0.4.30:4001 input:7 --unit-id 3",
            "  drme-agent read mqtt://10.0.4.40:1883 hall/3/climate --reads 3 --timeout 10s",
            "  drme-agent read opc.tcp://10.0.4.20:4840 'ns=2;s=Boiler.Pressure'"
        })
final class ReadCommand extends DeviceCommands {
    private static final int MOST_READS = 1_000;
    private static final int MOST_SHOWN = 8;
    private static final Duration MOST_EVERY = Duration.ofMinutes(1);

    @Parameters(
            index = "1..*",
            arity = "1..*",
            paramLabel = "ADDRESS",
            description = "As 'address' of a tag.")
    private List<String> addresses = List.of();

    @Option(names = "--type", paramLabel = "T", description = "The type, where it is known.")
    private @Nullable String type;

    @Option(names = "--order", paramLabel = "O", description = "The byte order, where it is known.")
    private @Nullable String order;

    @Option(
            names = "--length",
            paramLabel = "N",
            description = "Bytes of a text or of a bcd number.")
    private @Nullable Integer length;

    @Option(
            names = "--element",
            paramLabel = "N",
            description = "OPC UA: the element of an array, such as 3 or 1,2.")
    private @Nullable String element;

    @Option(
            names = "--field",
            paramLabel = "NAME",
            description = "OPC UA: the field of a structure, such as axis/position.")
    private @Nullable String field;

    @Option(
            names = "--range",
            paramLabel = "LOW..HIGH",
            description = "The range of the raw value, where it is known.")
    private @Nullable String range;

    @Option(
            names = "--reads",
            paramLabel = "N",
            defaultValue = "5",
            description = "How often to read; default: ${DEFAULT-VALUE}.")
    private int reads = 5;

    @Option(
            names = "--every",
            paramLabel = "TIME",
            defaultValue = "400ms",
            description = "From one read to the next; default: ${DEFAULT-VALUE}.")
    private String every = "400ms";

    @Option(names = "--all", description = "Show every decoding, not the first 8.")
    private boolean all;

    @Override
    int run(Path directory)
            throws InvalidConfigException, DriverException, CommandException, InterruptedException {
        var factory = factory();
        var commissioning = commissioning(factory);
        var device = device(factory, directory);
        var wish = wish();
        var items = new JsonArray();
        for (var address : addresses) {
            List<Commissioning.Reading> readings;
            try {
                readings = commissioning.read(device, address, wish);
            } catch (DriverException e) {
                if (!items.isEmpty()) {
                    print(items); // what was read before is not lost
                }
                throw e;
            }
            int shown = all || format() != Listing.Format.table ? readings.size() : MOST_SHOWN;
            readings.stream().limit(shown).forEach(r -> items.add(item(address, r)));
        }
        print(items);
        var note = sharing();
        if (!note.isEmpty()) {
            err().println(note.strip());
        }
        return 0;
    }

    private void print(JsonArray items) throws CommandException {
        new Listing("address", "type", "order", "plausible", "value", "reads")
                .print(items, format(), out());
    }

    private Commissioning.Wish wish() throws CommandException {
        if (reads < 1 || reads > MOST_READS) {
            throw CommandException.wrongUsage("--reads is 1 to %d".formatted(MOST_READS));
        }
        var between = time("--every", every, Duration.ZERO, MOST_EVERY);
        var keys = new LinkedHashMap<String, String>();
        put(keys, "type", type);
        put(keys, "order", order);
        put(keys, "length", length);
        put(keys, "element", element);
        put(keys, "field", field);
        double low = Double.NEGATIVE_INFINITY;
        double high = Double.POSITIVE_INFINITY;
        if (range != null) {
            var ends = range.split("\\.\\.", -1);
            try {
                low = Double.parseDouble(ends[0]);
                high = Double.parseDouble(ends[ends.length - 1]);
            } catch (NumberFormatException _) {
                low = high; // said below
            }
            if (ends.length != 2 || !(low < high)) {
                throw CommandException.wrongUsage(
                        "--range '%s' is not LOW..HIGH, such as 0..150".formatted(range));
            }
        }
        return new Commissioning.Wish(keys, low, high, reads, between.toMillis());
    }

    private static void put(Map<String, String> keys, String key, @Nullable Object value) {
        if (value != null) {
            keys.put(key, value.toString());
        }
    }

    private static JsonObject item(String address, Commissioning.Reading reading) {
        var keys = reading.keys();
        return new JsonObject()
                .put("address", address)
                .put("type", keys.getOrDefault("type", ""))
                .put("order", keys.getOrDefault("order", ""))
                .put("plausible", "%.0f %%".formatted(reading.percent()))
                .put("value", reading.values().getLast())
                .put(
                        "reads",
                        reading.values().stream().distinct().collect(Collectors.joining(" ")));
    }
}
