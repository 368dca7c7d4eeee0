package io.drme.driver.modbus;

import io.drme.driver.DeviceSpec;
import io.drme.driver.DriverException;
import io.drme.driver.Exchange;
import io.drme.driver.Outputs;
import io.drme.driver.PollGroup;
import io.drme.driver.PolledDriver;
import io.drme.model.Batch;
import io.drme.time.Clock;
import java.io.IOException;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** Polls one unit of a Modbus device, and writes to it for people. */
final class ModbusDriver implements PolledDriver {
    /**
     * How long a refused address is left out before all are tried again: soon enough for a person
     * who has just mended the device, and rarely enough to cost nothing.
     */
    static final Duration RELEARN = Duration.ofSeconds(30);

    private static final long NANOS_PER_MILLI = 1_000_000;
    private static final HexFormat HEX = HexFormat.ofDelimiter(" ");

    private final DeviceSpec device;
    private final ModbusSettings settings;
    private final Clock clock;
    private final Lines lines;
    private final Lanes line;
    private final List<ReadPlan> plans;
    private final Writer writer;
    private final Trace trace = new Trace();
    private final AtomicBoolean closed = new AtomicBoolean();

    /** By the tag's index in the gateway's table. */
    private final Map<Integer, AtomicReference<@Nullable Passed>> passed = new HashMap<>();

    private String lastError = "";
    private long learnedAtNanos;

    ModbusDriver(DeviceSpec device, List<PollGroup> groups, Lines lines, Clock clock) {
        this.device = device;
        this.settings = (ModbusSettings) device.settings();
        this.clock = clock;
        this.lines = lines;
        this.line = lines.acquire(settings, clock);
        this.plans = groups.stream().map(this::plan).toList();
        groups.forEach(g -> g.tableIndexes().forEach(i -> passed.put(i, new AtomicReference<>())));
        this.writer = new Writer(device, line, clock);
        this.learnedAtNanos = clock.nanoTime();
    }

    private ReadPlan plan(PollGroup group) {
        var members = new ArrayList<ReadPlan.Member>();
        for (int i = 0; i < group.tags().size(); i++) {
            var address = (ModbusAddress) device.tags().get(group.tags().get(i)).address();
            members.add(new ReadPlan.Member(address, group.tableIndexes().get(i)));
        }
        return new ReadPlan(members, settings.mergeGap(), settings.maxRegisters());
    }

    @Override
    public void connect() throws DriverException, InterruptedException {
        checkOpen();
        try {
            line.open(device.timeout());
        } catch (IOException e) {
            throw lost(e, true);
        }
        relearn();
    }

    private void checkOpen() throws DriverException {
        if (closed.get()) {
            throw new DriverException.Unreachable(who() + " is closed", null);
        }
    }

    private void relearn() {
        plans.forEach(ReadPlan::forget);
        learnedAtNanos = clock.nanoTime();
    }

    @Override
    public void poll(int group, Batch out) throws DriverException, InterruptedException {
        if (clock.nanoTime() - learnedAtNanos >= RELEARN.toNanos()) {
            relearn();
        }
        var plan = plans.get(group);
        long now = clock.epochNanos();
        var sink = new Decoder.Sink(out, now - Math.floorMod(now, NANOS_PER_MILLI));
        plan.refused()
                .forEach(
                        (index, reason) -> sink.of(plan.member(index).tableIndex()).addBad(reason));
        int refusedBefore = plan.refused().size();
        var work = new ArrayDeque<>(plan.blocks());
        boolean cut = false;
        while (!work.isEmpty()) {
            var block = work.pop();
            try {
                decode(plan, block, read(plan, block), sink);
            } catch (RefusalException e) {
                cut |= refused(plan, block, e, new Aftermath(sink, work));
            }
        }
        if (cut || plan.refused().size() > refusedBefore) {
            plan.settle(plan.refused().size() > refusedBefore);
        }
    }

    /** The bytes of the last request for a tag and of its answer, and what was wrong with it. */
    private static final class Passed {
        private final byte[] request;
        private final byte[] answer;
        private final String error;

        Passed(byte[] request, byte[] answer, String error) {
            this.request = request;
            this.answer = answer;
            this.error = error;
        }

        Exchange exchange() {
            return new Exchange(HEX.formatHex(request), HEX.formatHex(answer), error);
        }
    }

    private void note(ReadPlan plan, ReadPlan.Block block, String error) {
        var now = new Passed(trace.request(), trace.answer(), error);
        for (int i = block.first(); i <= block.last(); i++) {
            var of = passed.get(plan.member(i).tableIndex());
            if (of != null) {
                of.set(now);
            }
        }
    }

    private record Aftermath(Decoder.Sink sink, ArrayDeque<ReadPlan.Block> work) {}

    /** Handles a refused request; returns whether it was cut in two. */
    private boolean refused(
            ReadPlan plan, ReadPlan.Block block, RefusalException refusal, Aftermath aftermath)
            throws DriverException {
        lastError =
                "%s refused %s:%d (%s), %d long: %s"
                        .formatted(
                                who(),
                                block.area().text(),
                                block.start(),
                                ModbusAddress.classic(block.area(), block.start()),
                                block.count(),
                                refusal.getMessage());
        note(plan, block, lastError);
        if (refusal.isUnreachable()) {
            throw new DriverException.Unreachable(
                    "%s is not reached by its gateway: %s".formatted(who(), refusal.getMessage()),
                    new TimeoutException());
        }
        if (refusal.isAboutTheRange() && block.last() > block.first()) {
            var halves = plan.split(block);
            aftermath.work().push(halves.getLast());
            aftermath.work().push(halves.getFirst());
            return true;
        }
        for (int i = block.first(); i <= block.last(); i++) {
            aftermath.sink().of(plan.member(i).tableIndex()).addBad(refusal.reason());
        }
        if (refusal.isAboutTheRange()) {
            plan.refuse(block.first(), refusal.reason());
        }
        return false;
    }

    private byte[] read(ReadPlan plan, ReadPlan.Block block)
            throws DriverException, RefusalException, InterruptedException {
        checkOpen();
        try {
            var values =
                    line.read(
                            new Line.Read(
                                    settings.unitId(), block.area(), block.start(), block.count()),
                            device.timeout(),
                            trace);
            note(plan, block, "");
            return values;
        } catch (IOException e) {
            if (Thread.interrupted()) {
                throw new InterruptedException();
            }
            var lost = lost(e, false);
            note(plan, block, lastError);
            throw lost;
        }
    }

    private static void decode(
            ReadPlan plan, ReadPlan.Block block, byte[] values, Decoder.Sink sink) {
        for (int i = block.first(); i <= block.last(); i++) {
            var member = plan.member(i);
            Decoder.decode(member.address(), values, block.start(), sink.of(member.tableIndex()));
        }
    }

    private DriverException lost(IOException e, boolean connecting) {
        long millis = device.timeout().toMillis();
        lastError =
                who()
                        + switch (e) {
                            case UnknownHostException _ ->
                                    ": no address is known for this host; check the name";
                            case SocketTimeoutException _ when connecting ->
                                    " took no connection within %d ms; check power, cable and address"
                                            .formatted(millis);
                            case SocketTimeoutException _ -> silent();
                            case SerialTransport.PortException _ -> ": " + e.getMessage();
                            case NoRouteToHostException _ ->
                                    " can't be reached from here: %s; check cable and network"
                                            .formatted(e.getMessage());
                            case ConnectException _ ->
                                    " took no connection: %s; check that the device is on, and its port"
                                            .formatted(e.getMessage());
                            case Line.WrongAnswerException _ ->
                                    ": %s; it was dropped".formatted(e.getMessage());
                            default -> ": the connection broke: " + e.getMessage();
                        };
        return new DriverException.Unreachable(lastError, e);
    }

    /** What is said of a request without an answer, by the time that it really had. */
    private String silent() {
        long limit = trace.limit().toMillis();
        long millis = device.timeout().toMillis();
        var whole =
                limit < millis
                        ? " (others wait for the line, so it has its timeout of %d ms only at each %dth try)"
                                .formatted(millis, Patience.WHOLE_EVERY)
                        : "";
        return " gave no answer within %d ms%s; check %s, or raise timeout"
                .formatted(limit, whole, suspects());
    }

    /** What is wrong as a rule where a device says nothing. */
    private String suspects() {
        return settings.endpoint() instanceof Endpoint.Serial
                ? "the unit-id, baud, parity, stop-bits and the wiring"
                : "the unit-id";
    }

    private String who() {
        return "%s (%s, unit %d)"
                .formatted(device.name(), settings.endpoint().url(), settings.unitId());
    }

    @Override
    public void disconnect() {
        if (!closed.get() && lines.isAlone(settings)) {
            line.reset();
        }
    }

    @Override
    public Exchange lastExchange() {
        if (trace.request().length == 0 && lastError.isEmpty()) {
            return Exchange.NONE;
        }
        return new Exchange(
                HEX.formatHex(trace.request()), HEX.formatHex(trace.answer()), lastError);
    }

    @Override
    public Optional<Exchange> lastExchange(int tag) {
        var of = passed.get(tag);
        var last = of == null ? null : of.get();
        return last == null ? Optional.empty() : Optional.of(last.exchange());
    }

    @Override
    public Optional<Outputs> outputs() {
        return device.tags().stream().anyMatch(tag -> tag.address().writing().isPresent())
                ? Optional.of(writer)
                : Optional.empty();
    }

    @Override
    public String note() {
        return line.note(settings.unitId());
    }

    @Override
    public void release(Thread owner) {
        line.release(owner);
    }

    @Override
    public void close() {
        if (closed.compareAndSet(false, true)) {
            lines.release(settings);
        }
    }
}
