package io.drme.log;

import static org.assertj.core.api.Assertions.assertThat;

import io.drme.model.StreamKind;
import io.drme.sync.RangeSet;
import java.time.Duration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What is deleted for its age, and that a wrong date deletes nothing. */
class StoreAgeTest {
    private static final Duration YEARS = Duration.ofDays(3_652);
    private static final Duration KEEP = StoreConfig.defaults().keep();

    private StoreWorld world;

    @BeforeEach
    void open() throws Exception {
        world = new StoreWorld(1, 64 << 20, StoreConfig.WhenFull.DROP_OLDEST);
        world.open();
    }

    /** Two segments of events, all acknowledged. */
    private void fill() throws DiskException {
        for (int i = 0; i < 400; i++) {
            world.appendEvent();
        }
        world.store.seal();
        acknowledge();
    }

    private void acknowledge() throws DiskException {
        world.store.acknowledged(StreamKind.EVENTS, world.store.view().held(StreamKind.EVENTS));
        world.store.commit();
    }

    private RangeSet held() {
        return world.store.view().held(StreamKind.EVENTS);
    }

    private void look() throws DiskException {
        world.appendEvent();
        world.store.seal();
        world.store.sealIfDue();
    }

    @Test
    void whatIsOlderThanKeepGoes() throws Exception {
        fill();
        world.clock.advance(KEEP.plusDays(1));
        look();
        assertThat(held().contains(1)).isFalse();
    }

    @Test
    void aDateSetTenYearsAheadDeletesNothing() throws Exception {
        fill();
        world.clock.jump(YEARS);
        look();
        assertThat(held().contains(1)).isTrue();
    }

    @Test
    void whatWasWrittenIn1970IsNotOldOnceTheTimeIsKnown() throws Exception {
        world.store.close();
        var date = Duration.ofNanos(world.clock.epochNanos());
        world.clock.jump(date.negated());
        world.open();
        fill();
        world.clock.jump(date);
        look();
        assertThat(held().contains(1)).isTrue();
    }

    @Test
    void aStartInAnotherDecadeAgesByADayAtMost() throws Exception {
        fill();
        world.store.close();
        world.clock.jump(YEARS);
        world.open();
        look();
        assertThat(held().contains(1)).isTrue();
        world.clock.advance(KEEP);
        look();
        assertThat(held().contains(1)).isFalse();
    }
}
