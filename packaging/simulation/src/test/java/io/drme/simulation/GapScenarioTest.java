package io.drme.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import io.drme.history.Gap;
import io.drme.history.Gaps;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * One fault at a time on the whole line, in virtual time: gateway and centre give the same reason
 * for the hole that it leaves, and no other one.
 */
class GapScenarioTest extends Scenario {
    private static final Duration SPELL = Duration.ofSeconds(20);

    /** Until what waits for a full disk fills the memory that is there for it. */
    private static final long FULL_MINUTES = 40;

    /** Only in the configurations 0 and 2. */
    private static final String OVEN = "oven/level";

    private List<Gap> atGateway(String tag, long from) throws Exception {
        return box.agent().orElseThrow().gaps(tag, from, now());
    }

    private List<Gap> atCentre(String tag, long from) throws Exception {
        return world.centre.gaps(box.book.gateway, true, tag, from, now());
    }

    private static Duration length(List<Gap> gaps, String reason) {
        return gaps.stream()
                .filter(g -> g.reason().equals(reason))
                .map(g -> Duration.ofNanos(g.to() - g.from()))
                .reduce(Duration.ZERO, Duration::plus);
    }

    /** Both say this and nothing else, for about as long as it was so. */
    private void bothSay(String tag, long from, String reason, Duration about) throws Exception {
        for (var gaps : List.of(atGateway(tag, from), atCentre(tag, from))) {
            assertThat(reasons(gaps)).as(gaps.toString()).containsExactly(reason);
            assertThat(length(gaps, reason))
                    .as(gaps.toString())
                    .isBetween(about.minusSeconds(7), about.plusSeconds(16));
        }
    }

    @Test
    void whereAllIsWellThereIsNoGap() throws Exception {
        pass(MINUTE);
        long from = now();
        pass(MINUTE);
        pass(SPELL);
        for (var gaps : List.of(atGateway(LIVELY, from), atCentre(LIVELY, from))) {
            assertThat(reasons(gaps)).as(gaps.toString()).isEmpty();
        }
    }

    @Test
    void aSilentDeviceIsATimeout() throws Exception {
        pass(MINUTE);
        long from = now();
        box.plant.silent("press", true);
        pass(SPELL);
        box.plant.silent("press", false);
        pass(MINUTE);
        bothSay(LIVELY, from, "timeout", SPELL);
    }

    @Test
    void aKilledAgentIsGatewayDown() throws Exception {
        pass(MINUTE);
        long from = now();
        box.fall(true);
        pass(MINUTE);
        pass(SPELL);
        bothSay(LIVELY, from, Gaps.GATEWAY_DOWN, Duration.ofSeconds(8));
        assertThat(atCentre(LIVELY, from))
                .anySatisfy(g -> assertThat(g.detail()).contains("unexpectedly"));
    }

    @Test
    void anAgentThatWasStoppedIsGatewayDown() throws Exception {
        pass(MINUTE);
        long from = now();
        box.stop();
        pass(MINUTE);
        pass(SPELL);
        bothSay(LIVELY, from, Gaps.GATEWAY_DOWN, Duration.ofSeconds(4));
        assertThat(atCentre(LIVELY, from))
                .anySatisfy(g -> assertThat(g.detail()).contains("stopped"));
    }

    @Test
    void aCutLineIsUplinkDownAtTheCentreUntilTheBacklogIsThere() throws Exception {
        pass(MINUTE);
        long from = now();
        world.network.cut(box.name);
        pass(MINUTE);
        var gaps = world.centre.gaps(box.book.gateway, false, LIVELY, from, now());
        assertThat(reasons(gaps)).as(gaps.toString()).containsExactly(Gaps.UPLINK_DOWN);
        assertThat(reasons(atGateway(LIVELY, from))).isEmpty();

        world.network.mend(box.name);
        pass(MINUTE);
        for (var later : List.of(atGateway(LIVELY, from), atCentre(LIVELY, from))) {
            assertThat(reasons(later)).as(later.toString()).isEmpty();
        }
    }

    @Test
    void aTagThatAConfigurationLeavesOutIsRemovedUntilItIsBack() throws Exception {
        pass(MINUTE);
        long from = now();
        box.configure(1);
        pass(SPELL);
        box.configure(0);
        pass(MINUTE);
        bothSay(OVEN, from, Gaps.TAG_REMOVED, SPELL);
    }

    @Test
    void beforeItsFirstConfigurationATagWasNotThere() throws Exception {
        box.configure(1);
        pass(MINUTE);
        long from = now();
        pass(SPELL);
        box.configure(0);
        pass(MINUTE);
        bothSay(OVEN, from, Gaps.NOT_CONFIGURED, SPELL);
    }

    @Test
    void whatIsKeptOnTheSiteIsLocalAtTheCentreAndThereAtTheGateway() throws Exception {
        pass(MINUTE);
        long from = now();
        box.configure(1); // press/running is local in it
        pass(SPELL);
        box.configure(0);
        pass(MINUTE);
        assertThat(reasons(atCentre("press/running", from))).contains(Gaps.KEPT_LOCAL);
        assertThat(reasons(atGateway("press/running", from))).doesNotContain(Gaps.KEPT_LOCAL);
    }

    @Test
    void beforeTheGatewayWasThereNothingWasConfigured() throws Exception {
        long from = now();
        pass(MINUTE);
        pass(MINUTE);
        long early = from - Duration.ofHours(1).toNanos();
        for (var gaps : List.of(atGateway(LIVELY, early), atCentre(LIVELY, early))) {
            assertThat(reasons(gaps)).containsExactly(Gaps.NOT_CONFIGURED);
        }
    }

    @Test
    void whatAFullDiskKeptFromBeingTakenIsDropped() throws Exception {
        pass(MINUTE);
        long from = now();
        box.fill(0);
        pass(Duration.ofMinutes(FULL_MINUTES));
        box.healDisk();
        pass(MINUTE.multipliedBy(2));
        var gaps = atCentre(LIVELY, from);
        assertThat(reasons(gaps)).as(gaps.toString()).contains(Gaps.DROPPED);
        assertThat(reasons(gaps)).doesNotContain(Gaps.UNEXPLAINED, Gaps.SLOW);
    }

    /** All of these in a row, and every tag that there is. */
    @Test
    void noHoleIsEverWithoutAReason() throws Exception {
        long from = now();
        pass(MINUTE);
        box.plant.silent("oven", true);
        pass(SPELL);
        box.fall(false);
        pass(MINUTE);
        world.network.cut(box.name);
        box.stop();
        pass(SPELL);
        box.configure(2);
        pass(SPELL);
        box.plant.silent("oven", false);
        world.network.mend(box.name);
        pass(SPELL);
        box.configure(0);
        pass(MINUTE);
        for (var tag :
                List.of(
                        LIVELY,
                        OVEN,
                        "press/state",
                        "press/operator",
                        "press/temperature",
                        "smooth/press/temperature/avg",
                        "gateway/uplink/connected")) {
            var all = Stream.concat(atGateway(tag, from).stream(), atCentre(tag, from).stream());
            assertThat(all).as(tag).noneMatch(g -> g.reason().equals(Gaps.UNEXPLAINED));
        }
    }
}
