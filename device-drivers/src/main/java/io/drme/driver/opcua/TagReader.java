package io.drme.driver.opcua;

import io.drme.driver.DeviceSpec;
import io.drme.driver.DriverException;
import io.drme.driver.PollGroup;
import io.drme.driver.opcua.Conversion.Kind;
import io.drme.model.Batch;
import io.drme.model.Quality;
import io.drme.model.Reason;
import io.drme.model.ValueType;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.eclipse.milo.opcua.stack.core.types.builtin.DataValue;
import org.eclipse.milo.opcua.stack.core.types.builtin.NodeId;
import org.jspecify.annotations.Nullable;

/**
 * Makes samples of what arrives: takes the tag's part out of a value, gives codes their names, and
 * keeps for a person why a tag is bad and what of it was lost.
 *
 * <p>Belongs to the driver's owner; {@link #note} and {@link #lost} may be asked by any thread.
 */
final class TagReader {
    private final List<OpcUaAddress> addresses = new ArrayList<>();
    private final List<Kind> kinds = new ArrayList<>();
    private final List<Integer> tableIndexes;
    private final AtomicReferenceArray<@Nullable String> troubles;
    private final AtomicReferenceArray<@Nullable String> remarks;
    private final AtomicLongArray lostOf;
    private final AtomicLong lost = new AtomicLong();
    private @Nullable PartPicker picker;

    TagReader(DeviceSpec device, PollGroup group) {
        for (int tag : group.tags()) {
            var address = (OpcUaAddress) device.tags().get(tag).address();
            addresses.add(address);
            kinds.add(kind(device.tags().get(tag).rawType(), address));
        }
        tableIndexes = List.copyOf(group.tableIndexes());
        troubles = new AtomicReferenceArray<>(addresses.size());
        remarks = new AtomicReferenceArray<>(addresses.size());
        lostOf = new AtomicLongArray(addresses.size());
    }

    private static Kind kind(ValueType type, OpcUaAddress address) {
        return new Kind(type, address.names(), !address.names().isEmpty());
    }

    /** Where the tags are, by their position. */
    List<OpcUaAddress> addresses() {
        return addresses;
    }

    /**
     * Asks a server that has just been connected for what its values mean.
     *
     * @param nodes by position of the tag
     */
    void learn(Structures structures, EnumNames server, Map<Integer, NodeId> nodes)
            throws DriverException, InterruptedException {
        picker = new PartPicker(structures);
        var asked = new ArrayList<Integer>();
        for (int tag : nodes.keySet()) {
            var address = addresses.get(tag);
            if (kinds.get(tag).type() == ValueType.TEXT
                    && address.names().isEmpty()
                    && address.part().fields().isEmpty()) {
                asked.add(tag);
            }
        }
        if (asked.isEmpty()) {
            return;
        }
        var names = server.read(asked.stream().map(nodes::get).distinct().toList());
        for (int tag : asked) {
            kinds.set(
                    tag,
                    new Kind(ValueType.TEXT, names.getOrDefault(nodes.get(tag), Map.of()), false));
        }
    }

    /** Notes for a person something that does not make a tag bad. */
    void remark(int tag, String text) {
        remarks.set(tag, text);
    }

    /** Adds one sample. */
    void add(Batch out, Arrival arrival, long now) throws InterruptedException {
        int tag = arrival.tag();
        int index = tableIndexes.get(tag);
        var data = arrival.value();
        long time = Conversion.sourceTime(data, now);
        if (data.statusCode().isOverflowSet()) {
            lostOf.incrementAndGet(tag);
            lost.incrementAndGet();
        }
        byte quality = Statuses.quality(data.statusCode());
        if (Quality.isBad(quality)) {
            out.addBad(index, time, Quality.reason(quality));
            troubles.set(tag, "the server says " + Statuses.words(data.statusCode()));
            return;
        }
        var picked = picked(tag, data);
        var reason = picked.reason();
        var why = picked.why();
        if (reason == null) {
            reason = Conversion.addValue(out, index, time, picked.value(), kinds.get(tag), quality);
            why = reason == null ? "" : misfit(tag, picked.value(), reason);
        }
        if (reason != null) {
            out.addBad(index, time, reason);
        }
        troubles.set(tag, reason == null ? null : why);
    }

    /** A type that the server does not tell makes this value bad; what came beside it goes on. */
    private Picked picked(int tag, DataValue data) throws InterruptedException {
        var held = data.value().value();
        var part = addresses.get(tag).part();
        if (picker == null || (held == null && part.fields().isEmpty())) {
            return Picked.of(held);
        }
        try {
            return picker.pick(held, part);
        } catch (DriverException e) {
            return Picked.bad(e.reason(), String.valueOf(e.getMessage()));
        }
    }

    private String misfit(int tag, @Nullable Object value, Reason reason) {
        var type = kinds.get(tag).type().name().toLowerCase(Locale.ROOT);
        if (value == null) {
            return "the server sent no value";
        }
        return reason == Reason.OUT_OF_RANGE && kinds.get(tag).isComplete()
                ? "the server sent %s, for which enum has no name".formatted(value)
                : "the server sent a %s that is no %s: %s"
                        .formatted(value.getClass().getSimpleName(), type, shown(value));
    }

    private static String shown(Object value) {
        var text = String.valueOf(value);
        int most = 60;
        return text.length() <= most ? text : text.substring(0, most) + "…";
    }

    /** What there is to say of a tag, by its index in the gateway's table; any thread. */
    Optional<String> note(int tableIndex) {
        int tag = tableIndexes.indexOf(tableIndex);
        if (tag < 0) {
            return Optional.empty();
        }
        var notes = new ArrayList<String>();
        add(notes, troubles.get(tag));
        long overflows = lostOf.get(tag);
        if (overflows > 0) {
            notes.add(
                    "values were lost at the server %d times, which had room for %d between two publishes; raise queue, or sampling"
                            .formatted(overflows, addresses.get(tag).queue()));
        }
        add(notes, remarks.get(tag));
        return notes.isEmpty() ? Optional.empty() : Optional.of(String.join("; ", notes));
    }

    private static void add(List<String> notes, @Nullable String note) {
        if (note != null) {
            notes.add(note);
        }
    }

    /** How often a server said that it had lost values of a tag; any thread. */
    long lost() {
        return lost.get();
    }
}
