package io.drme.cloud.watch;

import static org.assertj.core.api.Assertions.assertThat;

import io.drme.cloud.grid.GatewayState;
import java.time.Duration;
import java.util.Set;
import org.junit.jupiter.api.Test;

class ConditionsTest {
    private static final long START = 1_000_000_000_000_000L;
    private final Conditions conditions = new Conditions();

    private static long after(Duration time) {
        return START + time.toNanos();
    }

    private static GatewayState seen(
            long seen, long items, long offset, long autonomyMinutes, String trouble) {
        return new GatewayState(
                1, seen, seen, seen, items, items, -1, offset, -1, autonomyMinutes, trouble);
    }

    private Set<Concern> of(GatewayState state, Set<Concern> was, long now) {
        return conditions.of("a", state, was, START, now);
    }

    @Test
    void aGatewayIsSilentAfterHalfAMinute() {
        var state = seen(START, 0, 0, -1, "");
        assertThat(of(state, Set.of(), after(Duration.ofSeconds(30)))).isEmpty();
        assertThat(of(state, Set.of(), after(Duration.ofSeconds(31))))
                .containsExactly(Concern.SILENT);
        assertThat(of(seen(0, 0, 0, -1, ""), Set.of(), after(Duration.ofHours(1))))
                .as("one that never was here is not missed")
                .isEmpty();
    }

    // A centre that was off for an hour would else raise an alarm for each site when it is back.
    @Test
    void silenceCountsFromWhenItCouldBeNoticed() {
        var state = seen(START - Duration.ofHours(1).toNanos(), 0, 0, -1, "");
        assertThat(of(state, Set.of(), after(Duration.ofSeconds(29)))).isEmpty();
        assertThat(of(state, Set.of(), after(Duration.ofSeconds(31)))).contains(Concern.SILENT);
    }

    // The member that watched is restarted: nobody has heard the gateway by that.
    @Test
    void whoIsSilentStaysSoForTheNextMemberThatWatches() {
        var state = seen(START - Duration.ofHours(1).toNanos(), 0, 0, 30, "");
        var was = Set.of(Concern.SILENT, Concern.FILLING);
        assertThat(of(state, was, START)).containsExactlyInAnyOrderElementsOf(was);
        assertThat(of(seen(START, 0, 0, -1, ""), was, START)).isEmpty();
    }

    @Test
    void aBacklogThatDoesNotFallForFiveMinutesIsToldUntilHalfOfItIsGone() {
        for (int minute = 0; minute < 5; minute++) {
            long now = after(Duration.ofMinutes(minute));
            assertThat(of(seen(now, 100 + minute, 0, -1, ""), Set.of(), now)).isEmpty();
        }
        long now = after(Duration.ofMinutes(5));
        var told = of(seen(now, 110, 0, -1, ""), Set.of(), now);
        assertThat(told).containsExactly(Concern.BACKLOG);
        assertThat(of(seen(now, 60, 0, -1, ""), told, now)).containsExactly(Concern.BACKLOG);
        assertThat(of(seen(now, 49, 0, -1, ""), told, now)).isEmpty();
    }

    @Test
    void aBacklogThatFallsIsNotTold() {
        for (int minute = 0; minute < 60; minute++) {
            long now = after(Duration.ofMinutes(minute));
            assertThat(of(seen(now, 1_000 - minute, 0, -1, ""), Set.of(), now)).isEmpty();
        }
    }

    @Test
    void aClockIsOffBeyondFiveSecondsAndRightWithinHalfOfThat() {
        long off = Duration.ofSeconds(6).toNanos();
        assertThat(of(seen(START, 0, -off, -1, ""), Set.of(), START))
                .containsExactly(Concern.CLOCK);
        assertThat(of(seen(START, 0, off / 2, -1, ""), Set.of(), START)).isEmpty();
        assertThat(of(seen(START, 0, off / 2, -1, ""), Set.of(Concern.CLOCK), START))
                .containsExactly(Concern.CLOCK);
        assertThat(of(seen(START, 0, off / 3, -1, ""), Set.of(Concern.CLOCK), START)).isEmpty();
    }

    @Test
    void aCloneIsToldWhileTheReceiverSaysSo() {
        assertThat(of(seen(START, 0, 0, -1, "clone: a second agent"), Set.of(), START))
                .containsExactly(Concern.CLONE);
    }

    @Test
    void aStoreFillsWhileItsGatewayCantBeHeard() {
        var state = seen(START, 0, 0, 5 * 60, "");
        assertThat(of(state, Set.of(), START)).isEmpty();
        assertThat(of(state, Set.of(), after(Duration.ofMinutes(59))))
                .containsExactly(Concern.SILENT);
        assertThat(of(state, Set.of(), after(Duration.ofMinutes(61))))
                .containsExactlyInAnyOrder(Concern.SILENT, Concern.FILLING);
    }
}
