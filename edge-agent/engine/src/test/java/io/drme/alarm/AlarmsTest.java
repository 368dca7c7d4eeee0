package io.drme.alarm;

import static org.assertj.core.api.Assertions.assertThat;

import io.drme.model.SyncMode;
import io.drme.model.Tag;
import io.drme.model.TagName;
import io.drme.model.Value;
import io.drme.model.ValueType;
import io.drme.schema.AlarmMarks;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** When an alarm is raised and cleared, what people can do with it, and what survives. */
class AlarmsTest {
    private static final String TAG = "press-3/oil/temperature";
    private static final Tag OIL = Tag.of(TAG, ValueType.FLOAT64);

    private static final String HOT =
            """
            alarms:
              oil-hot: {tag: "press-*/oil/temperature", high: 80, deadband: 2, priority: high,
                        message: "Oil is too hot", action: "Stop the press",
                        cause: "the cooler is clogged", consequence: "the seal burns", respond-within: 10m}
            """;

    private static String delayed(String delays) {
        return "alarms: {hot: {tag: \"**\", high: 80, %s}}".formatted(delays);
    }

    @Test
    void aLimitRaisesAboveItAndClearsBelowItsDeadband() {
        var rig = new AlarmRig(HOT, OIL);

        rig.real(TAG, 1, 80).real(TAG, 2, 80.1).real(TAG, 3, 78.1).real(TAG, 4, 78);

        assertThat(rig.lines())
                .containsExactly("2s normal>unacknowledged", "4s unacknowledged>returned");
    }

    // The reason for deadbands: a value that dances on the limit is one alarm, not a hundred.
    @Test
    void aValueThatDancesOnTheLimitIsOneAlarm() {
        var rig = new AlarmRig(HOT, OIL);

        for (int i = 0; i < 100; i++) {
            rig.real(TAG, i, 79 + i % 3);
        }

        assertThat(rig.lines()).containsExactly("2s normal>unacknowledged");
    }

    @Test
    void highAndLowAreOneAlarmWithTheDeadbandOnBothSides() {
        var rig = new AlarmRig("alarms: {a: {tag: \"**\", high: 80, low: 10, deadband: 5}}", OIL);

        rig.real(TAG, 1, 9).real(TAG, 2, 14).real(TAG, 3, 15).real(TAG, 4, 81).real(TAG, 5, 5);
        rig.real(TAG, 6, 75);

        assertThat(rig.lines())
                .containsExactly(
                        "1s normal>unacknowledged",
                        "3s unacknowledged>returned",
                        "4s returned>unacknowledged",
                        "6s unacknowledged>returned");
    }

    @Test
    void aTransitionCarriesAllThatAPersonNeeds() {
        var rig = new AlarmRig(HOT, OIL).real(TAG, 2, 81.5);

        assertThat(rig.transitions())
                .singleElement()
                .isEqualTo(
                        new Transition(
                                rig.id(),
                                "oil-hot",
                                new TagName(TAG),
                                AlarmState.NORMAL,
                                AlarmState.UNACKNOWLEDGED,
                                Priority.HIGH,
                                Optional.of(new Value.Real(81.5)),
                                "Oil is too hot",
                                new Guidance(
                                        "Stop the press",
                                        "the cooler is clogged",
                                        "the seal burns",
                                        Duration.ofMinutes(10)),
                                AlarmRig.nanos(2),
                                "",
                                "",
                                0,
                                0,
                                AlarmMarks.NONE,
                                false));
    }

    @Test
    void theRecordOfATransitionReadsBack() {
        var transition = new AlarmRig(HOT, OIL).real(TAG, 2, 81.5).transitions().getFirst();

        assertThat(Transition.of(transition.payload())).contains(transition);
    }

    // What a tag with sync: local measures never leaves the site, in words neither.
    @Test
    void theRecordOfALocalTagHasNeitherValueNorMessage() {
        var local = new Tag(new TagName(TAG), ValueType.FLOAT64, "", 0, new SyncMode.Local());
        var transition = new AlarmRig(HOT, local).real(TAG, 2, 81.5).transitions().getFirst();

        assertThat(transition.value()).contains(new Value.Real(81.5));
        assertThat(transition.payload().value()).isNull();
        assertThat(transition.payload().message()).isEmpty();
    }

    @Test
    void theOnDelayIsForShortPeaks() {
        var rig = new AlarmRig(delayed("on-delay: 2s"), OIL);

        rig.real(TAG, 1, 90).tick(2).real(TAG, 2.5, 70).real(TAG, 3, 90).tick(4).tick(4.9);
        assertThat(rig.lines()).isEmpty();

        assertThat(rig.tick(5).lines()).containsExactly("5s normal>unacknowledged");
    }

    @Test
    void theOffDelayIsForShortDips() {
        var rig = new AlarmRig(delayed("off-delay: 5s"), OIL);

        rig.real(TAG, 1, 90).real(TAG, 2, 70).tick(6.9).real(TAG, 6.95, 90).real(TAG, 8, 70);
        assertThat(rig.tick(12.9).lines()).containsExactly("1s normal>unacknowledged");

        assertThat(rig.tick(13).lines()).containsExactly("13s unacknowledged>returned");
    }

    // Delays count what passes, not what the wall clock says.
    @Test
    void aClockSetBackDoesNotHoldAnAlarmUp() {
        var rig = new AlarmRig(delayed("on-delay: 2s"), OIL);

        rig.real(TAG, 10_000, 90).tick(1).tick(2);
        assertThat(rig.lines()).isEmpty();

        assertThat(rig.tick(3).lines()).containsExactly("3s normal>unacknowledged");
    }

    @Test
    void aBadReadingNeverClears() {
        var rig = new AlarmRig(delayed("off-delay: 5s"), OIL);

        rig.real(TAG, 1, 90).bad(TAG, 2).tick(20).real(TAG, 21, 70).bad(TAG, 22).tick(40);
        assertThat(rig.lines()).containsExactly("1s normal>unacknowledged");

        assertThat(rig.real(TAG, 41, 70).tick(46).lines())
                .containsExactly("46s unacknowledged>returned");
    }

    // The sensor that burns away while the oil gets hot must not call the alarm off.
    @Test
    void aBadReadingDoesNotStopTheOnDelay() {
        var rig = new AlarmRig(delayed("on-delay: 2s"), OIL).real(TAG, 1, 90).bad(TAG, 2).tick(3);

        assertThat(rig.lines()).containsExactly("3s normal>unacknowledged");
        assertThat(rig.alarms().present().getFirst().value()).contains(new Value.Real(90));
    }

    @Test
    void notANumberNeitherRaisesNorClears() {
        var rig = new AlarmRig(HOT, OIL).real(TAG, 1, 90).real(TAG, 2, Double.NaN);

        assertThat(rig.lines()).containsExactly("1s normal>unacknowledged");
    }

    @Test
    void anExpressionCanAskForTheQualityItself() {
        var rig = new AlarmRig("alarms: {lost: {tag: \"**\", when: \"quality == 'bad'\"}}", OIL);

        rig.real(TAG, 1, 5).bad(TAG, 2).real(TAG, 3, 5);

        assertThat(rig.lines())
                .containsExactly("2s normal>unacknowledged", "3s unacknowledged>returned");
    }

    @Test
    void clearWhenIsADeadbandInWords() {
        var rig =
                new AlarmRig(
                        """
                        alarms: {a: {tag: "**", when: "value > 80", clear-when: "value < 60"}}
                        """,
                        OIL);

        rig.real(TAG, 1, 81).real(TAG, 2, 70).bad(TAG, 3).real(TAG, 4, 59);

        assertThat(rig.lines())
                .containsExactly("1s normal>unacknowledged", "4s unacknowledged>returned");
    }

    @Test
    void wholeNumbersAreComparedExactly() {
        var counter = Tag.of(TAG, ValueType.INT64);
        var rig = new AlarmRig("alarms: {a: {tag: \"**\", high: 9007199254740992}}", counter);

        // As doubles the two are the same.
        rig.integer(TAG, 1, 9007199254740992L).integer(TAG, 2, 9007199254740993L);

        assertThat(rig.lines()).containsExactly("2s normal>unacknowledged");
    }

    @Test
    void acknowledgedBeforeAndAfterItWentAway() {
        var rig = new AlarmRig(HOT, OIL).real(TAG, 1, 90);
        assertThat(rig.acknowledge(rig.id(), 2, "anna")).isEqualTo(new Answer.Done());
        assertThat(rig.alarms().present().getFirst().acknowledgedBy()).isEqualTo("anna");
        rig.real(TAG, 3, 70).real(TAG, 4, 90).real(TAG, 5, 70);
        rig.acknowledge(rig.id(), 6, "ben");

        assertThat(rig.lines())
                .containsExactly(
                        "1s normal>unacknowledged",
                        "2s unacknowledged>acknowledged",
                        "3s acknowledged>normal",
                        "4s normal>unacknowledged",
                        "5s unacknowledged>returned",
                        "6s returned>normal");
        assertThat(rig.alarms().present()).isEmpty();
    }

    @Test
    void whoAcknowledgedIsRecordedAndASecondPersonIsTold() {
        var rig = new AlarmRig(HOT, OIL).real(TAG, 1, 90);
        rig.acknowledge(rig.id(), 2, "anna");

        assertThat(rig.acknowledge(rig.id(), 3, "ben"))
                .isEqualTo(new Answer.AlreadySo("acknowledged by anna"));
        assertThat(rig.transitions().getLast().by()).isEqualTo("anna");
    }

    @Test
    void eachOccurrenceHasAnIdOfItsOwnAlsoWithinOneMoment() {
        var other = Tag.of("press-4/oil/temperature", ValueType.FLOAT64);
        var rig = new AlarmRig(HOT, OIL, other).real(TAG, 1, 90).real(other.name().text(), 1, 90);

        assertThat(rig.alarms().count()).isEqualTo(2);
        assertThat(rig.alarms().present().stream().map(PresentAlarm::id).distinct()).hasSize(2);
        assertThat(rig.alarms().present())
                .allSatisfy(a -> assertThat(a.id()).matches("gw-[a-z0-9]+"));
    }

    @Test
    void aShelvedAlarmComesBackByItself() {
        var rig = new AlarmRig(HOT, OIL).real(TAG, 1, 90);
        var id = rig.id();
        rig.alarms()
                .shelve(id, "anna", Duration.ofMinutes(1), "sensor", AlarmRig.nanos(2), rig.sink());
        rig.real(TAG, 3, 70).real(TAG, 4, 90).tick(61.9);
        assertThat(rig.lines())
                .containsExactly("1s normal>unacknowledged", "2s unacknowledged>shelved");

        var back = rig.tick(62).transitions();
        assertThat(back).map(AlarmRig::line).containsExactly("62s shelved>unacknowledged");
        assertThat(back.getFirst().id()).isEqualTo(id);
        assertThat(back.getFirst().comment()).isEqualTo("shelving ended");
    }

    @Test
    void aShelvedAlarmWhoseConditionWentAwayEndsWithItsShelving() {
        var rig = new AlarmRig(HOT, OIL).real(TAG, 1, 90);
        rig.alarms()
                .shelve(rig.id(), "anna", Duration.ofHours(1), "x", AlarmRig.nanos(2), rig.sink());
        rig.real(TAG, 3, 70);

        rig.alarms().unshelve(rig.id(), "anna", "", AlarmRig.nanos(5), rig.sink());

        assertThat(rig.lines()).last().isEqualTo("5s shelved>normal");
        assertThat(rig.alarms().present()).isEmpty();
    }

    @Test
    void whatWasAcknowledgedBeforeShelvingStillIs() {
        var rig = new AlarmRig(HOT, OIL).real(TAG, 1, 90);
        rig.acknowledge(rig.id(), 2, "anna");
        rig.alarms()
                .shelve(rig.id(), "ben", Duration.ofHours(1), "x", AlarmRig.nanos(3), rig.sink());
        rig.alarms().unshelve(rig.id(), "ben", "", AlarmRig.nanos(4), rig.sink());

        assertThat(rig.lines()).last().isEqualTo("4s shelved>acknowledged");
        assertThat(rig.alarms().present().getFirst().acknowledgedBy()).isEqualTo("anna");
    }

    @Test
    void shelvingNeedsATimeAndAReason() {
        var rig = new AlarmRig(HOT, OIL).real(TAG, 1, 90);
        var alarms = rig.alarms();

        assertThat(alarms.shelve(rig.id(), "a", Duration.ofDays(8), "x", 0, rig.sink()))
                .isInstanceOf(Answer.Refused.class);
        assertThat(alarms.shelve(rig.id(), "a", Duration.ofDays(1), " ", 0, rig.sink()))
                .isInstanceOf(Answer.Refused.class);
        assertThat(alarms.shelve("gw-none", "a", Duration.ofDays(1), "x", 0, rig.sink()))
                .isEqualTo(new Answer.NoSuchAlarm("gw-none"));
        assertThat(alarms.unshelve(rig.id(), "a", "", 0, rig.sink()))
                .isEqualTo(new Answer.Refused("not possible while the alarm is unacknowledged"));
    }

    @Test
    void aLatchedAlarmWaitsForAReset() {
        var rig = new AlarmRig(delayed("latch: true"), OIL).real(TAG, 1, 90);
        rig.acknowledge(rig.id(), 2, "anna");
        rig.real(TAG, 3, 70);
        rig.alarms().reset(rig.id(), "anna", "checked", AlarmRig.nanos(4), rig.sink());

        assertThat(rig.lines())
                .containsExactly(
                        "1s normal>unacknowledged",
                        "2s unacknowledged>acknowledged",
                        "3s acknowledged>latched",
                        "4s latched>normal");
    }

    @Test
    void aCommentIsARecordThatChangesNoState() {
        var rig = new AlarmRig(HOT, OIL).real(TAG, 1, 90);
        rig.alarms().comment(rig.id(), "anna", "on my way", AlarmRig.nanos(2), rig.sink());

        assertThat(rig.lines()).last().isEqualTo("2s unacknowledged>unacknowledged");
        assertThat(rig.alarms().present().getFirst().comment()).isEqualTo("on my way");
        assertThat(rig.alarms().present().getFirst().acknowledgedBy()).isEmpty();
    }

    @Test
    void aReloadKeepsWhatIsPresentAndEndsWhatIsNoLongerConfigured() {
        var rig =
                new AlarmRig(
                        """
                        alarms:
                          hot: {tag: "**", high: 80}
                          hotter: {tag: "**", high: 90}
                        """,
                        OIL);
        rig.real(TAG, 1, 95);
        var ids = rig.alarms().present().stream().map(PresentAlarm::id).toList();
        rig.transitions();

        rig.reload("alarms: {hot: {tag: \"**\", high: 85}}", 2);

        assertThat(rig.alarms().present()).map(PresentAlarm::id).containsExactly(ids.getFirst());
        var ended = rig.transitions();
        assertThat(ended).map(AlarmRig::line).containsExactly("2s unacknowledged>normal");
        assertThat(ended.getFirst().id()).isEqualTo(ids.getLast());
        assertThat(ended.getFirst().comment()).isEqualTo("no longer configured");
    }

    @Test
    void afterAKillTheRecordAloneBringsEveryAlarmBack() {
        var recorded = new ArrayList<Transition>();
        var rig = new AlarmRig(HOT, OIL).real(TAG, 1, 90);
        rig.acknowledge(rig.id(), 2, "anna");
        var before = rig.alarms().present();
        rig.addTo(recorded);

        rig.killAndReplay(HOT, recorded);
        assertThat(rig.alarms().present()).isEqualTo(before);

        rig.real(TAG, 3, 70);
        assertThat(rig.lines()).containsExactly("3s acknowledged>normal");
    }

    // A value that does not move gives no sample, so the agent feeds the latest once.
    @Test
    void aLowerLimitIsSeenOnAValueThatDoesNotMove() {
        var rig = new AlarmRig(HOT, OIL).real(TAG, 1, 75);

        rig.reload(HOT.replace("high: 80", "high: 70"), 2).real(TAG, 2, 75);

        assertThat(rig.lines()).containsExactly("2s normal>unacknowledged");
    }

    @Test
    void bytesThatAreNoSnapshotAreRefused() {
        var rig = new AlarmRig(HOT, OIL).real(TAG, 1, 90);
        var snapshot = rig.alarms().snapshot();
        snapshot[snapshot.length / 2] ^= 1;

        assertThat(rig.alarms().restore(snapshot, 0, rig.sink())).isFalse();
        assertThat(rig.alarms().restore(new byte[0], 0, rig.sink())).isFalse();
        assertThat(rig.alarms().present()).hasSize(1);
    }

    @Test
    void everyProblemIsNamedWithItsRemedy() {
        var problems =
                AlarmRig.problems(
                        """
                        alarms:
                          a: {tag: "press-*/oil/temprature", high: 80}
                          b: {tag: "press-*/oil/temperature", high: 80, low: 78, deadband: 1}
                          c: {tag: "press-*/oil/temperature"}
                          d: {tag: "cabinet/door", high: 1}
                          e: {tag: "press-*/oil/temperature", when: "valu > 80"}
                          f: {tag: "press-*/oil/temperature", high: 80, prioriti: high}
                          g: {tag: "cabinet/door", when: "value > 80"}
                          h: {tag: "press-*/oil/temperature", high: 80, low: 90}
                        """,
                        OIL,
                        Tag.of("cabinet/door", ValueType.BOOLEAN));

        assertThat(problems)
                .isEqualTo(
                        List.of(
                                "gateway.yaml:2: alarms.a.tag: no tag matches 'press-*/oil/temprature' (did you mean 'press-3/oil/temperature'?); give a name, or a pattern: '*' matches within one word, '**' any depth",
                                "gateway.yaml:3: alarms.b.deadband: leaves nothing between low 78.0 and high 80.0 where the alarm could clear; bring it below 1.0",
                                "gateway.yaml:4: alarms.c.high: is missing; give high, low, when, equals, changes, rate, deviation or stale",
                                "gateway.yaml:5: alarms.d.tag: cabinet/door is no number, and high and low need one; use when, as in when: \"value\"",
                                "gateway.yaml:6: alarms.e.when: at character 1: unknown name 'valu' (did you mean 'value'?); known: value, quality, reason, time, tag; a text needs quotes\n      valu > 80\n      ^",
                                "gateway.yaml:7: alarms.f.prioriti: is not a known key (did you mean 'priority'?); known here: action, cause, changes, clear-when, consequence, deadband, deviation, equals, escalate-after, escalate-to, first-out, high, high-high, latch, low, low-low, message, off-delay, on-delay, priority, rate, respond-within, stale, suppress-when, tag, when",
                                "gateway.yaml:8: alarms.g.when: at character 7: for cabinet/door, true or false: true or false can't be compared with a whole number\n      value > 80\n            ^",
                                "gateway.yaml:9: alarms.h.low: 90.0 is not below high 80.0; give a low limit under the high one"));
    }
}
