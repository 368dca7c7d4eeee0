package io.drme.alarm;

import static org.assertj.core.api.Assertions.assertThat;

import io.drme.model.Tag;
import io.drme.model.ValueType;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Whatever happens to an alarm, in whatever order, with reloads and kills between: it is where a
 * model of a few plain ifs says. The model is written from docs/alarms.md, not from the code.
 *
 * <p>Planted and caught: a bad reading that does not call off a running off-delay; shelving that
 * forgets what was acknowledged; a latched alarm that ends by acknowledgement; a snapshot without
 * the running delay; suppression that ends by a bad reading; an acknowledgement that outlives two
 * hidings; a condition under suppression that stays latched though nobody was told of it; hold that
 * is not waited for; an escalation that begins anew when the value comes again, or after a kill;
 * one that is told twice.
 */
class AlarmModelTest {
    private static final String TAG = "press-3/oil/temperature";
    private static final Tag OIL = Tag.of(TAG, ValueType.FLOAT64);
    private static final String REST = "press-3/at-rest";
    private static final Tag AT_REST = Tag.of(REST, ValueType.BOOLEAN);
    private static final int STEPS = 150;

    /** One alarm with high 80 and deadband 5, as plainly as it can be said. */
    private static final class Model {
        final double onDelay;
        final double offDelay;
        final boolean latch;
        final double hold;
        final double escalateAfter;
        final List<String> transitions = new ArrayList<>();
        String state = "normal";
        boolean hot;
        boolean acknowledged;
        double pendingSince = -1;
        double hiddenUntil;
        boolean told;
        boolean suppressed;
        double suppressionGone = -1;
        boolean recordedHot;
        boolean recordedAcknowledged;
        double waitingSince = -1;
        boolean escalated;

        Model(double onDelay, double offDelay, boolean latch, double hold, double escalateAfter) {
            this.escalateAfter = escalateAfter;
            this.onDelay = onDelay;
            this.offDelay = offDelay;
            this.latch = latch;
            this.hold = hold;
        }

        boolean isHidden() {
            return List.of("shelved", "suppressed", "out-of-service").contains(state);
        }

        static String at(double now) {
            double at = Math.rint(now * 10) / 10;
            return (at == Math.rint(at) ? String.valueOf((long) at) : String.valueOf(at)) + "s";
        }

        void go(double now, String to) {
            if (state.equals("normal")) {
                escalated = false;
            }
            add(now, state + ">" + to);
            boolean waits = to.equals("unacknowledged") || to.equals("returned");
            waitingSince = !waits ? -1 : waitingSince < 0 ? now : waitingSince;
            boolean twiceHidden = isHidden() && !state.equals(to);
            if (state.equals("normal")) {
                told = false;
            }
            told |= to.equals("unacknowledged");
            state = to;
            twiceHidden &= isHidden();
            if (!twiceHidden) {
                recordedHot = hot;
                recordedAcknowledged = acknowledged;
            } else if (to.equals("suppressed")) {
                acknowledged = false;
                recordedHot = true;
                recordedAcknowledged = false;
            }
            if (!to.equals("shelved") && !to.equals("out-of-service")) {
                hiddenUntil = 0;
            }
        }

        void add(double now, String what) {
            transitions.add(at(now) + " " + what + (escalated ? "!" : ""));
        }

        void escalate(double now) {
            boolean tooLong =
                    waitingSince >= 0
                            && escalateAfter > 0
                            && now - waitingSince > escalateAfter - 1e-6;
            if (tooLong && !escalated) {
                escalated = true;
                add(now, state + ">" + state);
            }
        }

        void sample(double now, double value) {
            boolean isHot = hot ? value > 75 : value > 80;
            if (isHot == hot) {
                pendingSince = -1;
            } else if (pendingSince < 0) {
                pendingSince = now;
            }
            passTime(now);
        }

        void bad() {
            if (hot) {
                pendingSince = -1;
            }
        }

        void passTime(double now) {
            if (pendingSince >= 0 && now - pendingSince > (hot ? offDelay : onDelay) - 1e-6) {
                hot = !hot;
                pendingSince = -1;
                if (hot) {
                    acknowledged = false;
                }
                conditionChanged(now);
            }
        }

        void conditionChanged(double now) {
            if (isHidden()) {
                return;
            }
            if (hot) {
                go(now, suppressed ? "suppressed" : "unacknowledged");
            } else if (state.equals("unacknowledged")) {
                go(now, "returned");
            } else if (state.equals("acknowledged")) {
                go(now, latch ? "latched" : "normal");
            }
        }

        void tick(double now) {
            endSuppression(now);
            passTime(now);
            if (hiddenUntil > 0 && now > hiddenUntil - 1e-6) {
                comeBack(now);
            }
            escalate(now);
        }

        void rest(double now, boolean atRest) {
            if (atRest) {
                suppressionGone = -1;
                if (!suppressed) {
                    suppressed = true;
                    if (List.of("unacknowledged", "acknowledged", "returned").contains(state)) {
                        go(now, "suppressed");
                    }
                }
            } else {
                suppressionGone = suppressionGone < 0 ? now : suppressionGone;
                endSuppression(now);
            }
        }

        void endSuppression(double now) {
            if (suppressed && suppressionGone >= 0 && now - suppressionGone > hold - 1e-6) {
                suppressed = false;
                suppressionGone = -1;
            }
            if (state.equals("suppressed") && !suppressed) {
                comeBack(now);
            }
        }

        void comeBack(double now) {
            if (hot && suppressed) {
                go(now, "suppressed");
            } else if (hot) {
                go(now, acknowledged ? "acknowledged" : "unacknowledged");
            } else {
                go(now, latch && told ? "latched" : "normal");
            }
        }

        void acknowledge(double now) {
            if (state.equals("unacknowledged")) {
                acknowledged = true;
                go(now, "acknowledged");
            } else if (state.equals("returned")) {
                acknowledged = true;
                go(now, latch ? "latched" : "normal");
            }
        }

        void shelve(double now, double seconds) {
            if (state.equals("shelved")) {
                hiddenUntil = now + seconds;
                add(now, "shelved>shelved");
            } else if (!state.equals("normal") && !isHidden()) {
                hiddenUntil = now + seconds;
                go(now, "shelved");
            }
        }

        void takeOut(double now, double seconds) {
            if (!state.equals("out-of-service")) {
                hiddenUntil = seconds == 0 ? 0 : now + seconds;
                go(now, "out-of-service");
            } else if (hiddenUntil > 0 && seconds > 0) {
                hiddenUntil = now + seconds;
                add(now, "out-of-service>out-of-service");
            }
        }

        void returnToService(double now) {
            if (state.equals("out-of-service")) {
                comeBack(now);
            }
        }

        void endMaintenance(double now) {
            if (hiddenUntil > 0) {
                returnToService(now);
            }
        }

        void unshelve(double now) {
            if (state.equals("shelved")) {
                comeBack(now);
            }
        }

        void reset(double now) {
            if (state.equals("latched")) {
                go(now, "normal");
            }
        }

        /** What was not recorded is not known any more. */
        void kill() {
            pendingSince = -1;
            hot = recordedHot;
            acknowledged = recordedAcknowledged;
            suppressed = state.equals("suppressed");
            suppressionGone = -1;
        }
    }

    @ParameterizedTest
    @MethodSource("io.drme.testing.Seeds#all")
    void anAlarmIsWhereTheModelSays(long seed) {
        var random = new Random(seed);
        int onDelay = random.nextInt(3) * 2;
        int offDelay = random.nextInt(3) * 3;
        boolean latch = random.nextBoolean();
        int hold = random.nextInt(2) * 4;
        int escalateAfter = random.nextInt(3) * 8;
        var yaml =
                """
                alarms:
                  hot: {tag: "**/temperature", high: 80, deadband: 5, on-delay: %ds, off-delay: %ds, latch: %b,
                        suppress-when: {tag: "{device}/at-rest", when: value, hold: %ds}%s}
                """
                        .formatted(
                                onDelay,
                                offDelay,
                                latch,
                                hold,
                                escalateAfter == 0
                                        ? ""
                                        : ", escalate-after: %ds".formatted(escalateAfter));
        var rig = new AlarmRig(yaml, OIL, AT_REST);
        var model = new Model(onDelay, offDelay, latch, hold, escalateAfter);
        var recorded = new ArrayList<Transition>();
        var lines = new ArrayList<String>();
        int tenths = 0;
        for (int i = 0; i < STEPS || (lines.isEmpty() && i < 10 * STEPS); i++) {
            tenths += random.nextInt(30);
            double now = tenths / 10.0;
            step(random, rig, model, now, yaml, recorded);
            for (var transition : rig.transitions()) {
                recorded.add(transition);
                var mark = transition.priority() == Priority.HIGH ? "!" : "";
                lines.add(AlarmRig.line(transition) + mark);
            }
            var states = rig.alarms().present().stream().map(a -> a.state().text()).toList();
            var expected = model.state.equals("normal") ? List.of() : List.of(model.state);
            if (!lines.equals(model.transitions) || !states.equals(expected)) { // fast, then clear
                var what = "seed %d, step %d, at %ss".formatted(seed, i, now);
                assertThat(lines).as(what).isEqualTo(model.transitions);
                assertThat(states).as(what).isEqualTo(expected);
            }
        }
        assertThat(lines).isNotEmpty();
    }

    private static void step(
            Random random,
            AlarmRig rig,
            Model model,
            double now,
            String yaml,
            List<Transition> recorded) {
        switch (random.nextInt(20)) {
            case 0, 1, 2, 3, 4, 5 -> {
                double value = 70 + random.nextInt(17);
                rig.real(TAG, now, value);
                model.sample(now, value);
            }
            case 6 -> {
                rig.bad(TAG, now);
                model.bad();
            }
            case 7, 8, 9 -> {
                rig.tick(now);
                model.tick(now);
            }
            case 10, 11 -> command(random, rig, model, now);
            case 12 -> {
                var id = firstId(rig);
                int seconds = 1 + random.nextInt(20);
                rig.alarms()
                        .shelve(
                                id,
                                "anna",
                                Duration.ofSeconds(seconds),
                                "why not",
                                AlarmRig.nanos(now),
                                rig.sink());
                model.shelve(now, seconds);
            }
            case 13 -> {
                rig.alarms().reset(firstId(rig), "anna", "", AlarmRig.nanos(now), rig.sink());
                model.reset(now);
            }
            case 14 -> rig.reload(yaml, now);
            case 15, 16 -> {
                boolean atRest = random.nextBoolean();
                rig.bool(REST, now, atRest);
                model.rest(now, atRest);
            }
            case 17 -> {
                rig.bad(REST, now); // says nothing, but time has passed
                model.endSuppression(now);
            }
            case 18 -> service(random, rig, model, now);
            default -> {
                rig.killAndReplay(yaml, recorded);
                model.kill();
            }
        }
    }

    private static void command(Random random, AlarmRig rig, Model model, double now) {
        if (random.nextInt(3) > 0) {
            rig.acknowledge(firstId(rig), now, "anna");
            model.acknowledge(now);
        } else {
            rig.alarms().unshelve(firstId(rig), "anna", "", AlarmRig.nanos(now), rig.sink());
            model.unshelve(now);
        }
    }

    private static void service(Random random, AlarmRig rig, Model model, double now) {
        var service = rig.alarms().service();
        long at = AlarmRig.nanos(now);
        switch (random.nextInt(4)) {
            case 0 -> {
                service.takeOutOfService("hot", TAG, "anna", "being changed", at, rig.sink());
                model.takeOut(now, 0);
            }
            case 1 -> {
                int seconds = 1 + random.nextInt(20);
                var time = Duration.ofSeconds(seconds);
                service.beginMaintenance("press-3", "anna", time, "service", at, rig.sink());
                model.takeOut(now, seconds);
            }
            case 2 -> {
                service.endMaintenance("press-3", "anna", "", at, rig.sink());
                model.endMaintenance(now);
            }
            default -> {
                service.returnToService(firstId(rig), "anna", "", at, rig.sink());
                model.returnToService(now);
            }
        }
    }

    private static String firstId(AlarmRig rig) {
        var present = rig.alarms().present();
        return present.isEmpty() ? "gw-none" : present.getFirst().id();
    }
}
