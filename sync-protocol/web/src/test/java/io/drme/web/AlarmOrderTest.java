package io.drme.web;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.json.JsonObject;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class AlarmOrderTest {
    private static final long SECOND = 1_000_000_000L;

    private static AlarmItem alarm(String gateway, long seconds, @Nullable Long uncertainty) {
        return new AlarmItem(
                gateway + seconds,
                gateway,
                "hot",
                "press/temperature",
                "unacknowledged",
                "high",
                null,
                "Too hot",
                "Look",
                seconds * SECOND,
                null,
                null,
                null,
                uncertainty,
                AlarmItem.Context.NONE);
    }

    private static List<Boolean> certain(AlarmItem... items) {
        return AlarmItem.inOrder(List.of(items)).stream()
                .map((JsonObject item) -> item.getBoolean("orderCertain"))
                .toList();
    }

    @Test
    void alarmsOfOneGatewayAreInOrderWhateverItsClock() {
        assertThat(certain(alarm("a", 1, null), alarm("a", 1, null))).containsExactly(true, true);
    }

    @Test
    void alarmsOfTwoGatewaysAreInOrderWhereTheirTimesCanBeToldApart() {
        assertThat(certain(alarm("a", 10, 2 * SECOND), alarm("b", 15, 2 * SECOND)))
                .containsExactly(true, true);
        assertThat(certain(alarm("a", 10, 2 * SECOND), alarm("b", 14, 2 * SECOND)))
                .containsExactly(false, false);
    }

    @Test
    void aGatewayWhoseClockNobodyVouchesForIsInNoOrderWithOthers() {
        assertThat(
                        certain(
                                alarm("a", 10, SECOND),
                                alarm("b", 9_000, null),
                                alarm("a", 20_000, SECOND)))
                .containsExactly(false, false, false);
    }

    @Test
    void howFarOffTheTimeMayBeIsGivenInSeconds() {
        assertThat(alarm("a", 1, 1_500_000L).toJson().getDouble("raisedAtUncertainty"))
                .isEqualTo(0.0015);
        assertThat(alarm("a", 1, null).toJson().getDouble("raisedAtUncertainty")).isNull();
    }
}
