package io.drme.alarm;

import static org.assertj.core.api.Assertions.assertThat;

import io.drme.model.Tag;
import io.drme.model.ValueType;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** Alarms that are held back: suppressed by design, taken out of service, under maintenance. */
class HiddenAlarmsTest {
    private static final String TAG = "press-3/oil/temperature";
    private static final Tag OIL = Tag.of(TAG, ValueType.FLOAT64);
    private static final String HOT = "alarms: {oil-hot: {tag: \"**\", high: 80, deadband: 2}}";

    @Test
    void suppressionIsTakenOnlyFromATagThatIsThereAndACondition() {
        var yaml =
                """
                alarms:
                  a: {tag: "**/temperature", high: 80, suppress-when: {tag: "{device}/runing", when: "!value"}}
                  b: {tag: "**/temperature", high: 80, suppress-when: {tag: "{device}/running", when: "value > 1"}}
                  c: {tag: "**/temperature", high: 80, suppress-when: {tag: "press-3/**", when: "!value"}}
                  d: {tag: "**/temperature", high: 80, suppress-when: {tag: "{device}/running", hold: 2d}}
                """;
        var running = Tag.of("press-3/running", ValueType.BOOLEAN);

        assertThat(AlarmRig.problems(yaml, OIL, running))
                .satisfiesExactly(
                        p ->
                                assertThat(p)
                                        .startsWith(
                                                "gateway.yaml:2: alarms.a.suppress-when.tag: no tag matches 'press-3/runing' (did you mean 'press-3/running'?)"),
                        p ->
                                assertThat(p)
                                        .contains(
                                                "gateway.yaml:3: alarms.b.suppress-when.when: at character",
                                                "press-3/running"),
                        p ->
                                assertThat(p)
                                        .startsWith(
                                                "gateway.yaml:4: alarms.c.suppress-when.tag: 'press-3/**' matches 2 tags"),
                        p ->
                                assertThat(p)
                                        .startsWith(
                                                "gateway.yaml:5: alarms.d.suppress-when.hold: "),
                        p ->
                                assertThat(p)
                                        .startsWith(
                                                "gateway.yaml:5: alarms.d.suppress-when.when: is missing"));
    }

    @Test
    void aMaintenanceTakesOutAllAlarmsOfTheDeviceAndEndsByItself() {
        var yaml =
                """
                alarms:
                  hot: {tag: "*/oil/temperature", high: 80}
                  cold: {tag: "press-3/oil/temperature", low: 10}
                """;
        var other = Tag.of("press-4/oil/temperature", ValueType.FLOAT64);
        var rig = new AlarmRig(yaml, OIL, other).real(TAG, 1, 90).real(other.name().text(), 1, 90);
        rig.transitions();

        var hour = Duration.ofHours(1);
        rig.alarms()
                .service()
                .beginMaintenance("press-3", "anna", hour, "seal", AlarmRig.nanos(2), rig.sink());

        assertThat(rig.transitions())
                .extracting(t -> t.name() + " " + t.tag() + " " + t.from().text() + " " + t.by())
                .containsExactly(
                        "hot press-3/oil/temperature unacknowledged anna",
                        "cold press-3/oil/temperature normal anna");
        assertThat(rig.real(TAG, 3, 5).lines()).isEmpty();
        assertThat(rig.tick(3603).lines())
                .containsExactly(
                        "3603s out-of-service>normal", "3603s out-of-service>unacknowledged");
        assertThat(
                        rig.alarms()
                                .service()
                                .beginMaintenance(
                                        "press-9",
                                        "anna",
                                        hour,
                                        "?",
                                        AlarmRig.nanos(4),
                                        rig.sink()))
                .isInstanceOf(Answer.NoSuchAlarm.class);
    }

    // Who took it out for itself has a reason of its own, which the device's does not end.
    @Test
    void whatWasTakenOutForItselfOutlivesAMaintenance() {
        var rig = new AlarmRig(HOT, OIL);
        var service = rig.alarms().service();

        service.takeOutOfService("oil-hot", TAG, "anna", "sensor", AlarmRig.nanos(1), rig.sink());
        service.beginMaintenance(
                "press-3", "bert", Duration.ofSeconds(9), "seal", AlarmRig.nanos(2), rig.sink());
        service.endMaintenance("press-3", "bert", "", AlarmRig.nanos(3), rig.sink());
        rig.tick(60);

        assertThat(rig.alarms().present())
                .singleElement()
                .satisfies(a -> {
                    assertThat(a.state()).isEqualTo(AlarmState.OUT_OF_SERVICE);
                    assertThat(a.comment()).isEqualTo("sensor");
                });
        var answer = service.returnToService(rig.id(), "bert", "", AlarmRig.nanos(61), rig.sink());
        assertThat(answer).isEqualTo(new Answer.Done());
        assertThat(rig.alarms().present()).isEmpty();
    }

    // A reload that takes suppress-when away must not leave the alarm held back for ever.
    @Test
    void whatIsNoLongerSuppressedByTheFileComesBack() {
        var suppressed = "alarms: {hot: {tag: \"**\", high: 80, suppress-when: 'value < 100'}}";
        var rig = new AlarmRig(suppressed, OIL).real(TAG, 1, 90);
        assertThat(rig.lines()).containsExactly("1s normal>suppressed");

        rig.reload("alarms: {hot: {tag: \"**\", high: 80}}", 2).tick(3);

        assertThat(rig.lines()).containsExactly("3s suppressed>unacknowledged");
    }
}
