package io.drme.driver.modbus;

import io.drme.driver.DeviceSpec;
import io.drme.driver.Explanation;
import io.drme.driver.PlannedRequest;
import io.drme.driver.PollGroup;
import java.time.Duration;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.stream.IntStream;

/** Tells which requests a device's {@link ReadPlan}s send, and why these. Pure. */
final class Explainer {
    private static final int TCP_REQUEST_BYTES = 12;
    private static final int TCP_ANSWER_BYTES = 9;
    private static final int RTU_REQUEST_BYTES = 8;
    private static final int RTU_ANSWER_BYTES = 5;

    private final DeviceSpec device;
    private final ModbusSettings settings;
    private final boolean rtu;

    private Explainer(DeviceSpec device) {
        this.device = device;
        this.settings = (ModbusSettings) device.settings();
        this.rtu = !(settings.endpoint() instanceof Endpoint.Tcp);
    }

    static Explanation explain(DeviceSpec device, List<PollGroup> groups) {
        var explainer = new Explainer(device);
        var requests = new ArrayList<PlannedRequest>();
        for (int group = 0; group < groups.size(); group++) {
            explainer.add(group, groups.get(group), requests);
        }
        return new Explanation(
                explainer.settings.endpoint().url(),
                explainer.settings.gap(),
                List.copyOf(requests));
    }

    private void add(int index, PollGroup group, List<PlannedRequest> requests) {
        var members =
                group.tags().stream()
                        .map(tag ->
                                new ReadPlan.Member(
                                        (ModbusAddress) device.tags().get(tag).address(), tag))
                        .toList();
        var plan = new ReadPlan(members, settings.mergeGap(), settings.maxRegisters());
        var blocks = plan.blocks();
        for (int i = 0; i < blocks.size(); i++) {
            var block = blocks.get(i);
            int data = block.area().answerBytes(block.count());
            int asked = rtu ? RTU_REQUEST_BYTES : TCP_REQUEST_BYTES;
            int answered = data + (rtu ? RTU_ANSWER_BYTES : TCP_ANSWER_BYTES);
            requests.add(
                    new PlannedRequest(
                            index,
                            range(block),
                            block.count(),
                            tags(plan, block),
                            why(plan, blocks, i),
                            asked,
                            answered,
                            wireTime(settings.endpoint(), asked + answered)));
        }
    }

    private List<String> tags(ReadPlan plan, ReadPlan.Block block) {
        return IntStream.rangeClosed(block.first(), block.last())
                .mapToObj(i -> device.tags().get(plan.member(i).tableIndex()).name().text())
                .toList();
    }

    private static String range(ReadPlan.Block block) {
        var area = block.area();
        int last = block.start() + block.count() - 1;
        return block.count() == 1
                ? "%s:%d (%s)"
                        .formatted(
                                area.text(),
                                block.start(),
                                ModbusAddress.classic(area, block.start()))
                : "%s:%d-%d (%s-%s)"
                        .formatted(
                                area.text(),
                                block.start(),
                                last,
                                ModbusAddress.classic(area, block.start()),
                                ModbusAddress.classic(area, last));
    }

    private String why(ReadPlan plan, List<ReadPlan.Block> blocks, int at) {
        var block = blocks.get(at);
        var unit = block.area().isBits() ? "bits" : "registers";
        int unused = block.count() - used(plan, block);
        var text = new StringBuilder();
        if (block.first() == block.last()) {
            text.append("one tag");
        } else if (unused == 0) {
            text.append("neighbours");
        } else {
            text.append(
                    "%d %s between are read along, cheaper than a request".formatted(unused, unit));
        }
        if (at + 1 < blocks.size()) {
            text.append("; ").append(whyNot(block, blocks.get(at + 1), unit));
        }
        return text.toString();
    }

    private static int used(ReadPlan plan, ReadPlan.Block block) {
        var used = new BitSet();
        for (int i = block.first(); i <= block.last(); i++) {
            var address = plan.member(i).address();
            used.set(address.start(), address.end());
        }
        return used.cardinality();
    }

    /** Why the next request is another one. */
    private String whyNot(ReadPlan.Block block, ReadPlan.Block next, String unit) {
        if (next.area() != block.area()) {
            return "the next is of another table, " + next.area().text();
        }
        boolean bits = block.area().isBits();
        int gap = next.start() - block.start() - block.count();
        int most = bits ? settings.mergeGap() * Short.SIZE : settings.mergeGap();
        return gap > most
                ? "the next is %d %s on, more than merge-gap (%d) reads along"
                        .formatted(gap, unit, most)
                : "with the next it would be more than %d %s (%s)"
                        .formatted(
                                bits ? Area.MOST_BITS : settings.maxRegisters(),
                                unit,
                                bits ? "the protocol's limit" : "max-registers");
    }

    /**
     * Only a serial line has a speed that is known: its bytes, and the silence around both frames.
     */
    static Duration wireTime(Endpoint endpoint, int bytes) {
        return endpoint instanceof Endpoint.Serial serial
                ? serial.time(bytes).plus(serial.silence().multipliedBy(2))
                : Duration.ZERO;
    }
}
