package io.drme.history;

import static org.assertj.core.api.Assertions.assertThat;

import io.drme.block.BlockHash;
import io.drme.model.Quality;
import io.drme.model.Reason;
import io.drme.model.StreamKind;
import io.drme.model.SyncMode;
import io.drme.model.ValueType;
import io.drme.schema.Drop;
import io.drme.schema.GatewayLife;
import io.drme.schema.PaceChange;
import io.drme.schema.Refusal;
import io.drme.schema.TagCatalogue;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A tag polled every second over 100 s; times below are in seconds. */
class GapsTest {
    private static final long SECOND = 1_000_000_000L;
    private static final long START = 1_790_000_000L;
    private static final String TAG = "press-1/oil";

    private final Gaps gaps = new Gaps(TAG, at(0), at(100), SECOND);

    private static long at(long second) {
        return (START + second) * SECOND;
    }

    private void samples(int from, int to) {
        for (int i = from; i < to; i++) {
            gaps.sample(at(i), Quality.GOOD);
        }
    }

    private void ticks(int from, int to, byte outcome) {
        for (int i = from; i < to; i++) {
            gaps.tick(at(i), outcome);
        }
    }

    private List<String> listed() {
        return gaps.list().stream()
                .map(g ->
                        "%d-%d %s"
                                .formatted(
                                        g.from() / SECOND - START,
                                        g.to() / SECOND - START,
                                        g.reason()))
                .toList();
    }

    @Test
    void aSeriesWithoutHolesHasNoGaps() {
        samples(0, 100);
        ticks(0, 100, Quality.GOOD);
        assertThat(listed()).isEmpty();
    }

    @Test
    void polledAndWithinTheDeadbandIsFlat() {
        samples(0, 20);
        samples(60, 100);
        ticks(0, 100, Quality.GOOD);
        assertThat(listed()).containsExactly("19-60 flat");
    }

    private void pace(long second, long factor) {
        var why = factor == 1 ? "" : "polled %d times as seldom".formatted(factor);
        gaps.event(at(second), new PaceChange("press-1", factor, true, why), StreamKind.DATA);
    }

    private void everyEighth(int from, int to) {
        for (int i = from; i < to; i += 8) {
            gaps.sample(at(i), Quality.GOOD);
            gaps.tick(at(i), Quality.GOOD);
        }
    }

    /** The device answers every poll at once; it is the gateway that asks less often. */
    @Test
    void pollsThatTheGatewayItselfMadeSeldomAreNoSlowDevice() {
        samples(0, 20);
        ticks(0, 20, Quality.GOOD);
        pace(20, 8);
        everyEighth(20, 60);
        pace(60, 1);
        samples(60, 100);
        ticks(60, 100, Quality.GOOD);

        assertThat(gaps.list()).allMatch(g -> g.detail().equals("polled 8 times as seldom"));
        assertThat(listed()).containsExactly("20-60 slowed");
    }

    @Test
    void aPollThatTakesLongerThanTheGatewayAskedForIsSlowAllTheSame() {
        samples(0, 20);
        ticks(0, 20, Quality.GOOD);
        pace(20, 4);
        samples(60, 100);
        ticks(60, 100, Quality.GOOD);

        assertThat(listed()).containsExactly("19-29 slowed", "29-60 slow");
    }

    @Test
    void anotherDevicesPaceAndOneFromBeforeAStartSayNothing() {
        samples(0, 20);
        ticks(0, 20, Quality.GOOD);
        gaps.event(at(1), new PaceChange("press-2", 8, true, "other"), StreamKind.DATA);
        pace(2, 8);
        gaps.event(at(10), new GatewayLife("stopped", 1, at(10), "0.1.0"), StreamKind.DATA);
        gaps.event(at(10), new GatewayLife("started", 2, at(10), "0.1.0"), StreamKind.DATA);
        samples(40, 100);
        ticks(40, 100, Quality.GOOD);

        assertThat(listed()).containsExactly("19-40 slow");
    }

    @Test
    void aFailedPollTellsItsReasonAndABadSampleItsOwn() {
        samples(0, 20);
        gaps.sample(at(20), Quality.bad(Reason.TIMEOUT));
        samples(40, 60);
        samples(80, 100);
        ticks(0, 60, Quality.GOOD);
        ticks(60, 80, Quality.bad(Reason.COMMS_LOST));
        ticks(80, 100, Quality.GOOD);
        assertThat(listed()).containsExactly("20-40 timeout", "59-80 comms-lost");
    }

    @Test
    void theTimeBetweenTheLastCommitAndTheStartIsGatewayDown() {
        samples(0, 30);
        samples(50, 100);
        ticks(0, 30, Quality.GOOD);
        ticks(50, 100, Quality.GOOD);
        gaps.event(at(50), new GatewayLife("crashed", 2, at(29), "0.1.0"), StreamKind.DATA);
        assertThat(listed()).containsExactly("29-50 gateway-down");
    }

    // By the clock that it has now it never ran before this start: all of that shows later times.
    @Test
    void whatAClockShowedBeforeAStartThatItWasSetBackToIsOfThatClock() {
        samples(60, 100);
        ticks(60, 100, Quality.GOOD);
        gaps.event(at(60), new GatewayLife("crashed", 2, at(900), "0.1.0"), StreamKind.DATA);
        assertThat(gaps.list())
                .singleElement()
                .satisfies(gap -> {
                    assertThat(gap.reason()).isEqualTo(Gaps.CLOCK_UNSYNCED);
                    assertThat(gap.detail()).contains("start 2", "set back by at least PT14M");
                });
    }

    @Test
    void aGatewayThatWasStoppedAndNotStartedIsDownToTheEnd() {
        samples(0, 30);
        ticks(0, 30, Quality.GOOD);
        gaps.event(at(29), new GatewayLife("stopped", 1, at(29), "0.1.0"), StreamKind.DATA);
        assertThat(listed()).containsExactly("29-100 gateway-down");
    }

    @Test
    void whatTheGatewayStillHoldsIsUplinkDown() {
        samples(0, 30);
        ticks(0, 30, Quality.GOOD);
        gaps.pending(at(30), at(100), "71 % of the backlog");
        assertThat(gaps.list())
                .containsExactly(new Gap(at(29), at(100), Gaps.UPLINK_DOWN, "71 % of the backlog"));
    }

    @Test
    void dropsOfTheOwnStreamAreDroppedOrThinned() {
        samples(0, 20);
        samples(80, 100);
        ticks(0, 20, Quality.GOOD);
        ticks(80, 100, Quality.GOOD);
        gaps.event(at(90), drop(StreamKind.DATA, "space", 19, 40), StreamKind.DATA);
        gaps.event(at(90), drop(StreamKind.DATA, "thinned", 40, 80), StreamKind.DATA);
        gaps.event(at(90), drop(StreamKind.LOCAL, "space", 0, 100), StreamKind.DATA);
        assertThat(listed()).containsExactly("19-40 dropped", "40-80 thinned");
    }

    private static Drop drop(StreamKind stream, String cause, int from, int to) {
        return new Drop(stream, 1, 2, 20, cause, BlockHash.NONE, at(from), at(to));
    }

    @Test
    void aTagThatAConfigurationLeftOutIsRemovedUntilItComesBack() {
        samples(0, 20);
        samples(60, 100);
        ticks(0, 100, Quality.GOOD);
        gaps.event(at(0), catalogue(1, 1, 1, TAG), StreamKind.DATA);
        gaps.event(at(21), catalogue(2, 1, 2, "a/b"), StreamKind.DATA);
        gaps.event(at(21), catalogue(2, 2, 2, "c/d"), StreamKind.DATA);
        gaps.event(at(59), catalogue(3, 1, 1, TAG), StreamKind.DATA);
        assertThat(listed()).containsExactly("19-60 tag-removed");
    }

    // The block's own times begin with its first sample, one poll after the last that is readable.
    @Test
    void whatTheDiskLostIsDamagedUpToTheSamplesBesideIt() {
        samples(0, 20);
        samples(60, 100);
        ticks(0, 20, Quality.GOOD);
        ticks(60, 100, Quality.GOOD);
        gaps.damaged(at(21), at(59), "block 4");
        assertThat(gaps.list()).containsExactly(new Gap(at(19), at(60), Gaps.DAMAGED, "block 4"));
    }

    /** docs/events.md lists the reasons; from each on, all that come later hold too. */
    @Test
    void whereSeveralReasonsHoldTheFirstOfTheListCounts() {
        var order =
                List.of(
                        "tag-removed",
                        "dropped",
                        "thinned",
                        "uplink-down",
                        "gateway-down",
                        "timeout",
                        "clock-unsynced");
        for (int first = 0; first < order.size(); first++) {
            assertThat(firstReason(first)).isEqualTo(order.get(first));
        }
    }

    private static String firstReason(int first) {
        var many = new Gaps(TAG, at(0), at(100), SECOND);
        many.sample(at(10), Quality.GOOD);
        many.sample(at(90), Quality.GOOD);
        for (int i = 10; i <= 90; i++) {
            many.tick(at(i), first <= 5 ? Quality.bad(Reason.TIMEOUT) : Quality.GOOD);
        }
        if (first <= 0) {
            many.event(at(10), catalogue(2, 1, 1, "a/b"), StreamKind.DATA);
        }
        if (first <= 1) {
            many.event(at(90), drop(StreamKind.DATA, "space", 10, 90), StreamKind.DATA);
        }
        if (first <= 2) {
            many.event(at(90), drop(StreamKind.DATA, "thinned", 10, 90), StreamKind.DATA);
        }
        if (first <= 3) {
            many.pending(at(10), at(90), "");
        }
        if (first <= 4) {
            many.event(at(90), new GatewayLife("crashed", 2, at(10), "1"), StreamKind.DATA);
        }
        many.lost(at(0), new GatewayLife("crashed", 3, at(10), "1"));
        return many.list().stream()
                .filter(gap -> gap.from() <= at(50) && gap.to() > at(50))
                .findFirst()
                .orElseThrow()
                .reason();
    }

    /** Ten seconds within the deadband before a crash are told apart from the crash. */
    @Test
    void aLongFlatStretchBeforeAnotherReasonStaysFlat() {
        samples(0, 20);
        samples(60, 100);
        ticks(0, 30, Quality.GOOD);
        ticks(60, 100, Quality.GOOD);
        gaps.event(at(60), new GatewayLife("crashed", 2, at(30), "0.1.0"), StreamKind.DATA);
        assertThat(listed()).containsExactly("19-30 flat", "30-60 gateway-down");
    }

    /** Half a catalogue without the tag says nothing: the other half may have it. */
    @Test
    void aCatalogueWhosePartsAreNotAllThereRemovesNothing() {
        samples(0, 20);
        samples(60, 100);
        ticks(0, 100, Quality.GOOD);
        gaps.event(at(21), catalogue(2, 1, 2, "a/b"), StreamKind.DATA);
        assertThat(listed()).containsExactly("19-60 flat");
    }

    private static TagCatalogue catalogue(long version, int part, int parts, String tag) {
        return catalogue(version, part, parts, tag, new SyncMode.Raw());
    }

    private static TagCatalogue catalogue(
            long version, int part, int parts, String tag, SyncMode sync) {
        return new TagCatalogue(
                version,
                part,
                parts,
                List.of(
                        new TagCatalogue.Entry(
                                tag,
                                ValueType.FLOAT64,
                                "",
                                0,
                                SECOND,
                                sync,
                                "modbus",
                                "press-1",
                                null,
                                null)));
    }

    @Test
    void whereALifeNeverKnewTheTimeTheHoleAroundItSaysSo() {
        samples(0, 30);
        samples(70, 100);
        ticks(0, 30, Quality.GOOD);
        ticks(70, 100, Quality.GOOD);
        gaps.lost(7_000_000_000L, new GatewayLife("crashed", 2, at(29), "0.1.0"));
        gaps.event(at(70), new GatewayLife("crashed", 3, 9_000_000_000L, "0.1.0"), StreamKind.DATA);
        var found = gaps.list();
        assertThat(found)
                .singleElement()
                .satisfies(gap -> {
                    assertThat(gap.reason()).isEqualTo("clock-unsynced");
                    assertThat(gap.from()).isEqualTo(at(29));
                    assertThat(gap.to()).isEqualTo(at(70));
                    assertThat(gap.detail())
                            .contains("start 2, samples from 1970-01-01T00:00:07Z on");
                });
    }

    @Test
    void fromTheStartToTheFirstPollNothingWasRead() {
        samples(40, 100);
        ticks(40, 100, Quality.GOOD);
        gaps.event(at(10), new GatewayLife("started", 1, 0, "0.1.0"), StreamKind.DATA);
        gaps.event(at(11), catalogue(1, 1, 1, TAG), StreamKind.DATA);
        assertThat(listed()).containsExactly("0-10 not-configured", "10-40 not-yet-read");
    }

    @Test
    void aPushedTagWithoutChangeIsFlat() {
        var pushed = new Gaps(TAG, at(0), at(100), 5 * SECOND);
        pushed.sample(at(0), Quality.GOOD);
        for (int i = 0; i < 100; i += 5) {
            pushed.tick(at(i), Quality.GOOD);
        }
        pushed.sample(at(50), Quality.GOOD);
        pushed.sample(at(95), Quality.GOOD);
        assertThat(pushed.list()).extracting(Gap::reason).containsExactly("flat");
    }

    @Test
    void whereNothingIsOnRecordNoReasonIsMadeUp() {
        assertThat(listed()).containsExactly("0-100 unexplained");
    }

    @Test
    void aPollThatTookLongIsSlowAndSoIsOneThatHasNotEnded() {
        samples(0, 20);
        samples(30, 60);
        ticks(0, 20, Quality.GOOD);
        ticks(30, 60, Quality.GOOD);
        assertThat(listed()).containsExactly("19-30 slow", "59-100 slow");
    }

    // The polls between two blocks may stand in one that is not here.
    @Test
    void wherePollsMayBeMissingNothingIsCalledSlow() {
        samples(0, 20);
        samples(40, 100);
        ticks(0, 20, Quality.GOOD);
        gaps.ticksMissing();
        ticks(40, 100, Quality.GOOD);
        assertThat(listed()).containsExactly("19-40 unexplained");
    }

    @Test
    void whatAFullStoreRefusedIsDropped() {
        samples(0, 20);
        samples(40, 100);
        ticks(0, 20, Quality.GOOD);
        ticks(40, 100, Quality.GOOD);
        gaps.event(at(40), new Refusal("store-full", 20, at(20), at(39)), StreamKind.DATA);
        assertThat(gaps.list())
                .containsExactly(
                        new Gap(
                                at(19),
                                at(40),
                                Gaps.DROPPED,
                                "store-full, 20 samples were not taken"));
    }

    @Test
    void whatTheJournalLostIsDamaged() {
        samples(0, 20);
        samples(40, 100);
        ticks(0, 20, Quality.GOOD);
        ticks(40, 100, Quality.GOOD);
        gaps.event(at(40), new Refusal("damaged", 20, at(20), at(39)), StreamKind.DATA);
        assertThat(gaps.list())
                .containsExactly(
                        new Gap(
                                at(19),
                                at(40),
                                Gaps.DAMAGED,
                                "damaged, 20 samples were gone before they were in a block"));
    }

    @Test
    void aDropByDamageIsDamagedAndWhatIsNoLongerKeptIsExpired() {
        samples(60, 100);
        ticks(60, 100, Quality.GOOD);
        gaps.event(at(90), drop(StreamKind.DATA, "damaged", 40, 59), StreamKind.DATA);
        gaps.expired(Long.MIN_VALUE, at(60), "");
        assertThat(listed()).containsExactly("0-40 expired", "40-60 damaged");
    }

    @Test
    void beforeItsFirstConfigurationATagIsNotConfiguredAndNotRemoved() {
        samples(60, 100);
        ticks(60, 100, Quality.GOOD);
        gaps.event(at(-50), catalogue(1, 1, 1, "a/b"), StreamKind.DATA);
        gaps.event(at(60), catalogue(2, 1, 1, TAG), StreamKind.DATA);
        assertThat(listed()).containsExactly("0-60 not-configured");
    }

    @Test
    void aTagWhoseSamplesStayOnTheSiteIsLocalAtTheCentre() {
        samples(0, 20);
        samples(60, 100);
        ticks(0, 20, Quality.GOOD);
        ticks(60, 100, Quality.GOOD);
        gaps.event(at(-5), catalogue(1, 1, 1, TAG), StreamKind.DATA);
        gaps.event(at(20), catalogue(2, 1, 1, TAG, new SyncMode.Local()), StreamKind.DATA);
        gaps.event(at(60), catalogue(3, 1, 1, TAG), StreamKind.DATA);
        assertThat(listed()).containsExactly("19-60 local");
    }

    @Test
    void aPipelineThatMadeNothingWhileTheAgentRanHasNotDerived() {
        var derived = new Gaps(TAG, at(0), at(100), 0);
        derived.event(at(-50), new GatewayLife("started", 1, 0, "1"), StreamKind.DATA);
        derived.sample(at(0), Quality.GOOD);
        derived.sample(at(90), Quality.GOOD);
        derived.event(at(40), new GatewayLife("stopped", 1, at(40), "1"), StreamKind.DATA);
        derived.event(at(80), new GatewayLife("started", 2, at(40), "1"), StreamKind.DATA);
        assertThat(derived.list())
                .extracting(Gap::reason)
                .containsExactly("not-derived", "gateway-down");
    }

    @Test
    void aNewDataDirectoryIsAGapFromTheLastPollOfTheOldOne() {
        samples(0, 20);
        samples(60, 100);
        ticks(0, 20, Quality.GOOD);
        gaps.ticksMissing();
        ticks(60, 100, Quality.GOOD);
        gaps.event(at(-9), new GatewayLife("started", 7, at(-10), "1"), StreamKind.DATA);
        gaps.event(at(59), new GatewayLife("started", 1, 0, "1"), StreamKind.DATA);
        assertThat(listed()).containsExactly("19-60 gateway-down");
    }

    @Test
    void ofAGatewayThatWasStoppedNothingMoreIsToArrive() {
        samples(0, 30);
        ticks(0, 30, Quality.GOOD);
        gaps.event(at(30), new GatewayLife("stopped", 1, at(30), "1"), StreamKind.DATA);
        gaps.nothingArrivedSince(at(29), "offline");
        assertThat(listed()).containsExactly("29-100 gateway-down");
    }

    /** Whatever is fed: in order, within the span, no overlap, never without a known reason. */
    @ParameterizedTest
    @MethodSource("io.drme.testing.Seeds#all")
    void gapsNeverOverlapAndAlwaysHaveAReason(long seed) {
        var random = new SplittableRandom(seed);
        long tick = 0;
        for (int i = 0; i < 60; i++) {
            gaps.sample(
                    at(random.nextInt(-10, 110)),
                    random.nextInt(4) == 0 ? Quality.bad(Reason.TIMEOUT) : Quality.GOOD);
            tick += random.nextInt(4);
            gaps.tick(
                    at(tick),
                    random.nextInt(4) == 0 ? Quality.bad(Reason.COMMS_LOST) : Quality.GOOD);
        }
        int begin = random.nextInt(100);
        gaps.pending(at(begin), at(begin + random.nextInt(30)), "");
        gaps.event(
                at(random.nextInt(100)),
                new GatewayLife("crashed", 2, at(random.nextInt(100)), "0.1.0"),
                StreamKind.DATA);
        long end = at(0);
        for (var gap : gaps.list()) {
            assertThat(gap.from()).isGreaterThanOrEqualTo(end).isLessThan(gap.to());
            assertThat(gap.reason()).isNotEmpty().isNotEqualTo("unknown");
            end = gap.to();
        }
        assertThat(end).isLessThanOrEqualTo(at(100));
    }
}
