package io.drme.sync;

import io.drme.model.StreamKind;
import io.drme.time.Clock;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The gateway's side of the sync: sends what the centre lacks, exactly, and learns by receipts what
 * it holds. Specified in docs/sync.md.
 *
 * <p>Does no I/O of its own and never waits: {@link #step} does what is due and returns. Confined
 * to the thread that steps it.
 */
public final class Sender {
    /** Messages taken from the line in one step, so that sending is never starved. */
    private static final int MAX_RECEIVED_A_STEP = 256;

    /** Items handed to the line in one step, so that receiving is never starved. */
    private static final int MAX_SENT_A_STEP = 64;

    /** No refusal makes the sender wait longer than this. */
    private static final long MAX_WAIT_MILLIS = 60_000;

    private static final long NANOS_PER_MILLI = 1_000_000;

    /** A person has to decide on it; what is decided is seen after this. */
    private static final long STRANGER_WAIT_NANOS = 10_000_000_000L;

    private static final Message.Window FIRST_WINDOW = new Message.Window(1, 1 << 20);

    /** What the sender is about. */
    public enum Phase {
        /** There is no connection. */
        OFFLINE,
        /** Hello was said. */
        GREETING,
        /** The place of a fork is being searched. */
        SEARCHING,
        /** Items go as the window allows. */
        SENDING,
        /** The session can't be, mostly as the centre refused it; the next hello comes later. */
        REFUSED
    }

    /**
     * How the sync is.
     *
     * @param phase what it is about
     * @param detail why, where the session was refused; otherwise empty
     * @param pendingItems by stream, how many the centre has not receipted
     * @param resent items sent more than once since the process began
     * @param drainMillis how long the backlog takes at the rate just measured; -1: not known
     * @param unverified receipts and welcomes whose seal was wrong, since the process began
     * @param traffic what went up the line
     */
    public record State(
            Phase phase,
            String detail,
            Map<StreamKind, Long> pendingItems,
            long resent,
            long drainMillis,
            long unverified,
            Map<Traffic, Flow> traffic) {}

    private final SenderLog log;
    private final Uplink uplink;
    private final Clock clock;
    private final SenderSettings settings;
    private final Spending spending;
    private final CommandDesk desk = new CommandDesk();
    private final Map<StreamKind, Lane> lanes = new EnumMap<>(StreamKind.class);
    private final Map<StreamKind, Long> suspects = new EnumMap<>(StreamKind.class);
    private final LiveBox live;
    private final Refills refills = new Refills();
    private final DrainGauge drain = new DrainGauge();
    private final LineGauge gauge;
    private final Lane events;
    private final Lane data;
    private final Watchdog watchdog;
    private final Trust trust;
    private final Reporter reporter;

    private Phase phase = Phase.OFFLINE;
    private String detail = "";
    private long connection;
    private long session;
    private long sessionCount;
    private int silentHellos;
    private long cloudAheadNanos; // of the steady clock: the date may be set meanwhile
    private Message.Window window = FIRST_WINDOW;
    private int backlogWindow = 1;
    private @Nullable ForkSearch search;

    private long helloDue;
    private long pausedUntil;
    private long statusDue;

    /** Makes a sender that is offline. */
    public Sender(
            SenderLog log, Notary notary, Uplink uplink, Clock clock, SenderSettings settings) {
        this.log = log;
        this.uplink = uplink;
        this.clock = clock;
        this.settings = settings;
        this.spending = new Spending(settings.budget(), clock.nanoTime());
        this.live = new LiveBox(settings.liveEvery(), spending);
        this.pausedUntil = clock.nanoTime();
        this.cloudAheadNanos = clock.epochNanos() - clock.nanoTime(); // until a welcome tells
        this.events = new Lane(StreamKind.EVENTS, log, refills);
        this.data = new Lane(StreamKind.DATA, log, refills);
        lanes.put(StreamKind.EVENTS, events);
        lanes.put(StreamKind.DATA, data);
        lanes.values().forEach(l -> l.begin(log.acknowledged(l.stream())));
        this.trust = new Trust(notary);
        this.reporter = new Reporter(log, clock, settings, trust, lanes, refills);
        this.gauge = new LineGauge(clock.nanoTime());
        this.watchdog = new Watchdog(settings.resendAfter().toNanos());
    }

    /** Tells what the gateway runs; the centre hears of it at the next hello. */
    public void describe(String newConfigurationHash, String newSchemaHash) {
        if (reporter.describe(newConfigurationHash, newSchemaHash) && phase == Phase.SENDING) {
            greet();
        }
    }

    /** Has the gateway's status sent with the next step, as before an end in order. */
    public void reportSoon() {
        statusDue = clock.nanoTime();
    }

    /** Takes a latest value for pages; an older one of the same tag that waits is forgotten. */
    public void offerLive(LiveValue value) {
        live.offer(value);
    }

    /** Remembers a command that was done before a restart, so that it is not done again. */
    public void commandDone(String id, long expiresAtNanos) {
        desk.remember(id, expiresAtNanos);
    }

    /** The next command to be done; each id comes once, and none that has expired. */
    public Optional<Message.Command> nextCommand() {
        return desk.next();
    }

    /** Gives a command back that could not be done yet; the centre sends it again. */
    public void leaveCommand(String id) {
        desk.forget(id);
    }

    /**
     * Sends items again that the centre asked for, behind the backlog.
     *
     * @param command id of the command that asked; a second request under it replaces the first
     * @return false where too many requests are being served
     */
    public boolean sendAgain(String command, Map<StreamKind, RangeSet> items) {
        return refills.add(command, items);
    }

    /** The next request that is done. */
    public Optional<Refills.Refilled> nextRefilled() {
        return refills.next();
    }

    /** How the sync is. */
    public State state() {
        var pending = new EnumMap<StreamKind, Long>(StreamKind.class);
        lanes.forEach((stream, lane) -> pending.put(stream, lane.pending().size()));
        return new State(
                phase,
                detail,
                pending,
                watchdog.resent(),
                drain.millis(),
                trust.unverified(),
                spending.flows());
    }

    /**
     * Does what is due.
     *
     * @return whether anything was done, so that another step may find more to do at once
     */
    public boolean step() {
        long now = clock.nanoTime();
        long line = uplink.connection();
        if (line == 0) {
            if (phase != Phase.OFFLINE) {
                phase = Phase.OFFLINE;
                drain.forget();
                lanes.values().forEach(Lane::forgetUnderWay);
            }
            connection = 0;
            spending.idle(now);
            return false;
        }
        if (line != connection) {
            connection = line;
            silentHellos = 0;
            watchdog.begin();
            gauge.begin(now);
            greet();
            return true;
        }
        boolean received = receive();
        boolean did =
                switch (phase) {
                    case OFFLINE -> false;
                    case GREETING, SEARCHING, REFUSED -> greetWhenDue(now);
                    case SENDING -> send(now);
                };
        return received || did;
    }

    /** How long nothing is due unless the log grows or something comes in; 1 ms to 1 s. */
    public Duration idle() {
        long wait = Duration.ofSeconds(1).toNanos();
        long now = clock.nanoTime();
        if (phase == Phase.SENDING) {
            wait = Math.min(wait, Math.min(statusDue - now, live.due() - now));
            wait = Math.min(wait, spending.waitNanos() > 0 ? spending.waitNanos() : wait);
        } else if (phase != Phase.OFFLINE) {
            wait = Math.min(wait, helloDue - now);
        }
        return Duration.ofNanos(Math.max(NANOS_PER_MILLI, wait));
    }

    private boolean receive() {
        int count = 0;
        for (; count < MAX_RECEIVED_A_STEP; count++) {
            var bytes = uplink.poll();
            if (bytes.isEmpty()) {
                break;
            }
            // What can't be read is as good as lost, and what is lost is asked for again in time.
            if (MessageCodec.decode(bytes.get()) instanceof MessageCodec.Whole(Message message)
                    && message instanceof Message.Down down) {
                take(down);
            }
        }
        return count > 0;
    }

    private void take(Message.Down message) {
        if (message instanceof Message.Command command) {
            // A command is good for the gateway, whatever the session.
            desk.take(command, clock.nanoTime() + cloudAheadNanos);
            return;
        }
        if (message.session() != session) {
            return;
        }
        switch (message) {
            case Message.Welcome welcome when phase == Phase.GREETING -> welcome(welcome);
            case Message.HashAnswer answer when phase == Phase.SEARCHING -> found(answer);
            case Message.Receipt receipt when phase == Phase.SENDING -> receipt(receipt);
            case Message.Refusal refusal -> refusal(refusal);
            case Message.Grant(long _, Message.Window granted) -> window = granted;
            default -> {
                // It repeats what was heard, or comes too late to mean anything.
            }
        }
    }

    private void greet() {
        phase = Phase.GREETING;
        detail = "";
        search = null;
        lanes.values().forEach(Lane::forgetUnderWay);
        sessionCount++;
        session = sessionNumber();
        helloDue = clock.nanoTime() + settings.helloAfter().toNanos();
        uplink.send(Topics.Channel.URGENT, reporter.hello(session));
    }

    /** Random bits of this process and the number of the hello: so the centre knows a stale one. */
    private long sessionNumber() {
        return settings.instance() << Integer.SIZE | sessionCount;
    }

    private boolean greetWhenDue(long now) {
        spending.idle(now);
        if (now - helloDue < 0) {
            return false;
        }
        if (phase != Phase.REFUSED && ++silentHellos >= Watchdog.MAX_SILENT_ROUNDS) {
            silentHellos = 0;
            helloDue = now + settings.helloAfter().toNanos();
            uplink.reconnect("no answer to " + Watchdog.MAX_SILENT_ROUNDS + " hellos");
            return true;
        }
        greet();
        return true;
    }

    private void welcome(Message.Welcome welcome) {
        if (!welcome.epoch().equals(log.epoch())) {
            return;
        }
        var doubt = trust.welcome(welcome);
        if (doubt.isPresent()) {
            if (!doubt.get().isEmpty()) {
                refused(doubt.get(), STRANGER_WAIT_NANOS);
            }
            return; // what is forged is as good as lost: hello is said again in time
        }
        silentHellos = 0;
        window = welcome.window();
        cloudAheadNanos = welcome.cloudTimeNanos() - clock.nanoTime();
        var found = new ForkSearch(log, lanes.keySet(), welcome.standings(), suspects);
        suspects.clear();
        search = found;
        ask(found);
    }

    private void begin(ForkSearch compared) {
        lanes.forEach((stream, lane) -> {
            var there = compared.there(stream);
            lane.begin(there);
            log.acknowledged(stream, there);
            report(stream, compared.gone(stream));
        });
        long now = clock.nanoTime();
        phase = Phase.SENDING;
        watchdog.from(now);
        pausedUntil = now;
        statusDue = now;
        live.begin(now);
        backlogWindow = Math.max(1, window.items());
    }

    private void report(StreamKind stream, RangeSet gone) {
        if (!gone.isEmpty()) {
            log.missing(stream, gone);
        }
    }

    private void ask(ForkSearch searching) {
        var question = searching.question();
        if (question.isPresent()) {
            var range = question.get();
            phase = Phase.SEARCHING;
            helloDue = clock.nanoTime() + settings.helloAfter().toNanos();
            uplink.send(
                    Topics.Channel.URGENT,
                    MessageCodec.encode(
                            new Message.HashQuery(
                                    session,
                                    log.epoch(),
                                    range.stream(),
                                    range.from(),
                                    range.to())));
        } else if (searching.forked()) {
            lanes.keySet().forEach(stream -> report(stream, searching.gone(stream)));
            log.openEpoch(searching.lacking());
            refills.abandon("the gateway opened a new epoch; ask again");
            greet();
        } else {
            // What can't be compared is not believed: the disk may let it be read the next time.
            searching.unread().ifPresentOrElse(why -> refused(why, 0), () -> begin(searching));
        }
    }

    private void found(Message.HashAnswer answer) {
        var searching = search;
        if (searching != null) {
            searching.answer(answer);
            ask(searching);
        }
    }

    private void receipt(Message.Receipt receipt) {
        var lane = lanes.get(receipt.stream());
        if (lane == null || !receipt.epoch().equals(log.epoch()) || !trust.isSealed(receipt)) {
            return;
        }
        var ranges = lane.known(receipt.ranges());
        if (ranges.isEmpty()) {
            // The centre holds what we never made; the next welcome shows the whole of it.
            greet();
            return;
        }
        long now = clock.nanoTime();
        lane.blockLastSentOf(ranges.get())
                .ifPresent(sent -> gauge.landed(sent, receipt.waitedNanos(), now));
        boolean news = lane.acknowledge(ranges.get());
        if (news) {
            log.acknowledged(receipt.stream(), lane.acknowledged());
            watchdog.progress(now);
            backlogWindow = Math.min(backlogWindow + 1, Math.max(1, window.items()));
        }
    }

    private void refusal(Message.Refusal refusal) {
        long now = clock.nanoTime();
        long wait = Math.clamp(refusal.retryAfterMillis(), 0, MAX_WAIT_MILLIS) * NANOS_PER_MILLI;
        var lane = lanes.get(refusal.stream());
        if (lane != null && refusal.sequence() > 0) {
            watchdog.lost(lane, refusal.sequence());
        }
        switch (refusal.cause()) {
            case HELLO_FIRST -> {
                if (phase != Phase.REFUSED) {
                    greet();
                }
            }
            case FORKED -> {
                suspects.merge(refusal.stream(), refusal.sequence(), Math::min);
                greet();
            }
            case QUOTA -> {
                backlogWindow = Math.max(1, backlogWindow / 2);
                pausedUntil = now + wait;
            }
            case UNAVAILABLE -> pausedUntil = now + wait;
            case DAMAGED -> {
                if (refusal.sequence() == 0) {
                    // It could not say which one: whatever is under way may be it.
                    watchdog.lostBefore(lanes.values(), now);
                }
            }
            case LEASE_HELD, VERSION -> {
                refused(refusal.detail(), wait);
            }
        }
    }

    private void refused(String why, long waitNanos) {
        phase = Phase.REFUSED;
        detail = why;
        lanes.values().forEach(Lane::forgetUnderWay);
        helloDue = clock.nanoTime() + Math.max(waitNanos, settings.helloAfter().toNanos());
    }

    private boolean send(long now) {
        if (watchdog.look(lanes.values(), now)) {
            uplink.reconnect("no receipt in " + Watchdog.MAX_SILENT_ROUNDS + " rounds");
        }
        boolean did = report(now);
        if (now - pausedUntil < 0) {
            spending.idle(now);
            return did;
        }
        for (int i = 0; i < MAX_SENT_A_STEP && sendNext(events, Topics.Channel.URGENT, now); i++) {
            did = true;
        }
        for (int i = 0; i < MAX_SENT_A_STEP && spending.isOpenForData(now); i++) {
            if (!sendNext(data, Topics.Channel.BULK, now)) {
                break;
            }
            did = true;
        }
        spending.noteWaiting(data, backlogWindow, now);
        boolean sentLive = live.send(uplink, session, log.epoch(), now);
        return did || sentLive;
    }

    private boolean isFull(Lane lane) {
        int items = lane.itemsUnderWay();
        long bytes = lane.bytesUnderWay();
        boolean queued = lane == data && gauge.isFull(bytes);
        return items > 0 && (queued || items >= window.items() || bytes >= window.bytes());
    }

    private boolean sendNext(Lane lane, Topics.Channel channel, long now) {
        int backlog = spending.isOpenForBacklog(now) ? backlogWindow : 0;
        var next = isFull(lane) ? Optional.<Lane.Next>empty() : lane.next(backlog);
        if (next.isEmpty()) {
            return false;
        }
        var item = log.read(lane.stream(), next.get().sequence());
        if (item.isEmpty()) {
            lane.skip(next.get().sequence());
            return true;
        }
        var bytes = MessageCodec.encode(new Message.Delivery(session, item.get()));
        if (!uplink.send(channel, bytes)) {
            return false;
        }
        spending.took(lane.traffic(next.get()), bytes.length);
        lane.sent(next.get(), item.get(), now);
        return true;
    }

    private boolean report(long now) {
        if (now - statusDue < 0) {
            return false;
        }
        lanes.values().forEach(Lane::lookAgain);
        statusDue = now + settings.statusEvery().toNanos();
        drain.note(now, lanes.values().stream().mapToLong(l -> l.pending().size()).sum());
        return uplink.send(Topics.Channel.URGENT, reporter.status(session, drain.millis()));
    }
}
