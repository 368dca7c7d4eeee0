package io.drme.edge.notify;

import static org.assertj.core.api.Assertions.assertThat;

import io.drme.alarm.AlarmState;
import io.drme.alarm.Priority;
import io.drme.alarm.Transition;
import io.drme.edge.notify.NotificationConfig.Filter;
import io.drme.edge.notify.NotificationConfig.Limits;
import io.drme.model.TagName;
import io.drme.testing.ManualClock;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A gateway's event log, its disk and its receivers in virtual time, with faults from a seed:
 * receivers that refuse, are slow or answer 500, a process that is killed at any moment (also
 * between the receiver's answer and its record), and a disk that refuses.
 */
final class DeliveryWorld implements Events, Post, Ledger {
    private static final Pattern DROPPED =
            Pattern.compile("(\\d+) (?:not sent|refused).*; id \\S+?\\.(\\d+)(?:-(\\d+))?\\.\\w+$");
    private static final List<Priority> PRIORITIES = List.of(Priority.values());
    private static final List<TagName> TAGS =
            List.of(
                    new TagName("press-3/oil/temperature"),
                    new TagName("press-4/oil/level"),
                    new TagName("boiler/pressure"),
                    new TagName("wards/pulse"));
    private static final TagName LOCAL = TAGS.getLast();

    final Random random;
    final ManualClock clock = new ManualClock();
    final List<NotificationConfig> configs;
    private final List<Optional<Transition>> log = new ArrayList<>();
    private final boolean kills;
    private final boolean diskFails;
    private Optional<String> saved = Optional.empty();
    private boolean healthy;
    private int killed;
    private boolean jumped;

    private final Map<String, Flight> flying = new HashMap<>();
    private final Map<String, Map<String, Got>> got = new HashMap<>();
    private final Map<String, Map<Long, Span>> dropped = new HashMap<>();
    private final Map<String, Long> lastFirst = new HashMap<>();
    private Deliverer deliverer;

    private record Flight(Outcome outcome, long atNanos) {}

    private record Span(long first, long last, int count) {}

    /** What a receiver has, and when it came first. */
    private record Got(Message message, long atNanos) {}

    DeliveryWorld(long seed) {
        random = new Random(seed);
        kills = random.nextInt(3) > 0;
        diskFails = !kills && random.nextBoolean();
        configs = List.of(config("phone"), config("mail"), config("chat"));
        deliverer = start();
    }

    private NotificationConfig config(String name) {
        var filter =
                new Filter(
                        PRIORITIES.get(random.nextInt(3)),
                        random.nextBoolean() ? List.of() : List.of("press-*/**", "wards/**"),
                        random.nextInt(3) > 0 ? List.of() : List.of("press-3", "wards"),
                        random.nextBoolean()
                                ? EnumSet.allOf(Occasion.class)
                                : EnumSet.of(Occasion.RAISED, Occasion.RETURNED),
                        random.nextInt(3) == 0);
        var limits =
                new Limits(
                        Duration.ofMinutes(5 + random.nextInt(200)),
                        1 + random.nextInt(6),
                        Duration.ofSeconds(10 + random.nextInt(60)),
                        2 + random.nextInt(40),
                        Duration.ofMinutes(1 + random.nextInt(30)));
        return Alarming.receiver(name, filter, limits);
    }

    private Deliverer start() {
        var next = new Deliverer(clock, this, this, this, new Random(random.nextLong()));
        next.begin(configs, tag -> Optional.of(new TagFacts("Cel", tag.equals(LOCAL))));
        return next;
    }

    /** One step of the world. */
    void step() {
        clock.advance(
                Duration.ofMillis(100 + random.nextInt(random.nextInt(20) == 0 ? 20_000 : 400)));
        if (!healthy) {
            if (random.nextInt(12) == 0) {
                int burst = random.nextInt(5) == 0 ? 40 : 3;
                for (int i = random.nextInt(burst); i >= 0; i--) {
                    log.add(event());
                }
            }
            if (kills && random.nextInt(60) == 0) {
                kill();
            }
            if (random.nextInt(300) == 0) {
                jumped = true;
                clock.jump(Duration.ofDays(random.nextInt(4_000) - 2_000));
            }
        }
        deliverer.step();
        deliverer
                .receivers()
                .forEach(v ->
                        assertThat(v.deliveries().stream().filter(DeliveryWorld::isHeld).count())
                                .as("what waits has a bound")
                                .isLessThanOrEqualTo(v.config().limits().digestAbove() + 2));
    }

    private static boolean isHeld(Delivery d) {
        return d.state() == Delivery.State.WAITING
                || d.state() == Delivery.State.RETRYING
                || d.state() == Delivery.State.SENDING;
    }

    private void kill() {
        killed++;
        flying.clear();
        if (random.nextBoolean()) {
            clock.advance(Duration.ofSeconds(random.nextInt(100)));
        }
        deliverer = start();
    }

    private Optional<Transition> event() {
        if (random.nextInt(5) == 0) {
            return Optional.empty();
        }
        var states = List.of(AlarmState.values());
        var by = random.nextBoolean() ? "anna" : "";
        return Optional.of(
                Alarming.transition(
                        "o" + random.nextInt(30),
                        TAGS.get(random.nextInt(TAGS.size())),
                        states.get(random.nextInt(states.size())),
                        states.get(random.nextInt(4)),
                        PRIORITIES.get(random.nextInt(4)),
                        by));
    }

    /** No more faults and no more alarms, for so long that everything is at its end. */
    void heal() {
        healthy = true;
        for (int i = 0; i < 20_000 && !isQuiet(); i++) {
            clock.advance(Duration.ofSeconds(1));
            deliverer.step();
        }
        assertThat(isQuiet())
                .as(
                        "all is at its end: %s",
                        deliverer.receivers().stream()
                                .map(v -> v.config().limits() + " " + v.figures())
                                .toList())
                .isTrue();
        for (int i = 0; i < 3; i++) {
            clock.advance(Duration.ofSeconds(2));
            deliverer.step(); // what was given up last is told of
        }
    }

    private boolean isQuiet() {
        return deliverer.receivers().stream().allMatch(v -> v.figures().waiting() == 0)
                && flying.isEmpty();
    }

    /**
     * The plain model: every transition that a receiver's filter takes, told here once more in a
     * loop over the log, is in exactly one message that the receiver has, or in one that was
     * dropped and told of.
     */
    void check() {
        for (var config : configs) {
            var name = config.name();
            var wanted = new ArrayList<Long>();
            for (int i = 0; i < log.size(); i++) {
                if (log.get(i).isPresent() && isWanted(config.filter(), log.get(i).get())) {
                    wanted.add(i + 1L);
                }
            }
            var spans = new TreeMap<Long, Span>();
            for (var g : got.getOrDefault(name, Map.of()).values()) {
                var m = g.message();
                var before = spans.put(m.first(), new Span(m.first(), m.last(), m.count()));
                assertThat(before).as("%s: two messages begin at %d", name, m.first()).isNull();
            }
            dropped.getOrDefault(name, Map.of())
                    .forEach((first, span) -> {
                        var before = spans.put(first, span);
                        assertThat(before == null || before.equals(span))
                                .as("%s: %s has another span where dropped: %s", name, before, span)
                                .isTrue();
                    });
            long end = 0;
            int told = 0;
            for (var span : spans.values()) {
                assertThat(span.first()).as("%s: %s overlaps", name, span).isGreaterThan(end);
                long inSpan =
                        wanted.stream().filter(s -> s >= span.first() && s <= span.last()).count();
                assertThat((long) span.count()).as("%s: %s", name, span).isEqualTo(inSpan);
                told += span.count();
                end = span.last();
            }
            assertThat(told)
                    .as("%s: all that it is to be told: %s of %s", name, spans.values(), wanted)
                    .isEqualTo(wanted.size());
            checkRate(config);
        }
    }

    private void checkRate(NotificationConfig config) {
        var times =
                got.getOrDefault(config.name(), Map.of()).values().stream()
                        .map(Got::atNanos)
                        .sorted()
                        .toList();
        if (kills && jumped) {
            return; // how long the process was away is known by the wall clock only
        }
        int most = config.limits().messages();
        for (int i = 0; i + most + killed < times.size(); i++) {
            // Nobody counts what was under way at a kill: at most one message each.
            assertThat(times.get(i + most + killed) - times.get(i))
                    .as("%s: no more than its limit", config.name())
                    .isGreaterThanOrEqualTo(
                            config.limits().within().toNanos() - Duration.ofMinutes(2).toNanos());
        }
    }

    private static boolean isWanted(Filter filter, Transition t) {
        boolean tagMatches =
                filter.tags().isEmpty()
                        || t.tag().text().startsWith("press-")
                        || t.tag().equals(LOCAL);
        boolean areaMatches = filter.areas().isEmpty() || filter.areas().contains(t.tag().device());
        boolean mayLeave = filter.local() || !t.tag().equals(LOCAL);
        return Occasion.of(t).filter(filter.occasions()::contains).isPresent()
                && t.priority().compareTo(filter.least()) >= 0
                && tagMatches
                && areaMatches
                && mayLeave;
    }

    /** How many messages receivers have in all. */
    int messages() {
        return got.values().stream().mapToInt(Map::size).sum();
    }

    int dropped() {
        return dropped.values().stream().mapToInt(Map::size).sum();
    }

    int digests() {
        return (int)
                got.values().stream()
                        .flatMap(m -> m.values().stream())
                        .filter(g -> g.message().kind() == Message.Kind.DIGEST)
                        .count();
    }

    @Override
    public String epoch() {
        return "e1";
    }

    @Override
    public long last() {
        return log.size();
    }

    @Override
    public Found read(long sequence) {
        return log.get((int) sequence - 1).<Found>map(Found.Told::new).orElseGet(Found.Other::new);
    }

    @Override
    public void begin(String receiver, Message message, String id) {
        assertThat(flying).as("one at a time").doesNotContainKey(receiver);
        int fate = healthy ? 0 : random.nextInt(10);
        long delay = healthy ? 1 : random.nextInt(random.nextInt(10) == 0 ? 60_000 : 300);
        var outcome =
                switch (fate) {
                    case 1, 2 -> new Outcome.Failed("refused", "", Optional.empty());
                    case 3 ->
                            new Outcome.Failed(
                                    "503", "", Optional.of(Duration.ofSeconds(random.nextInt(90))));
                    case 4 -> new Outcome.Refused("400", "");
                    default -> new Outcome.Sent("200");
                };
        // 4 and 5 answer wrongly or too late, but they have it.
        if (outcome instanceof Outcome.Sent || (fate == 2 && random.nextBoolean())) {
            receive(receiver, id, message);
        }
        flying.put(
                receiver,
                new Flight(outcome, clock.nanoTime() + Duration.ofMillis(delay).toNanos()));
    }

    private void receive(String receiver, String id, Message message) {
        long line = clock.nanoTime();
        var has = got.computeIfAbsent(receiver, _ -> new LinkedHashMap<>());
        var before = has.putIfAbsent(id, new Got(message, line));
        if (before != null) {
            assertThat(message.json())
                    .as("%s: the same id is the same message", id)
                    .isEqualTo(before.message().json());
            return;
        }
        assertThat(message.first())
                .as("%s: in the order of the log", id)
                .isGreaterThan(lastFirst.getOrDefault(receiver, 0L));
        lastFirst.put(receiver, message.first());
    }

    @Override
    public Optional<Outcome> poll(String receiver) {
        var flight = flying.get(receiver);
        if (flight == null || clock.nanoTime() < flight.atNanos()) {
            return Optional.empty();
        }
        flying.remove(receiver);
        return Optional.of(flight.outcome());
    }

    @Override
    public Optional<String> load() {
        return saved;
    }

    @Override
    public void save(String text) throws IOException {
        if (diskFails && !healthy && random.nextInt(4) == 0) {
            throw new IOException("no space left");
        }
        saved = Optional.of(text);
    }

    @Override
    public void record(String receiver, String what) {
        var told = DROPPED.matcher(what);
        if (!told.find()) {
            throw new AssertionError("a loss that no fault explains: " + receiver + " " + what);
        }
        long first = Long.parseLong(told.group(2));
        @Nullable String last = told.group(3);
        dropped.computeIfAbsent(receiver, _ -> new HashMap<>())
                .put(
                        first,
                        new Span(
                                first,
                                last == null ? first : Long.parseLong(last),
                                Integer.parseInt(told.group(1))));
    }
}
