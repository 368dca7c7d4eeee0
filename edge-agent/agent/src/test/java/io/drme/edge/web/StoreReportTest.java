package io.drme.edge.web;

import static org.assertj.core.api.Assertions.assertThat;

import io.drme.log.StoreConfig.WhenFull;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;

/** The words by which an operator decides whether to drive out tonight. */
class StoreReportTest {
    @Test
    void minutesHoursAndDaysAreSaidAsPeopleCountThem() {
        assertThat(autonomy(0.5, WhenFull.STOP))
                .isEqualTo(
                        "the disk holds 30 min more without the line, then new samples are refused");
        assertThat(autonomy(38.2, WhenFull.DROP_OLDEST))
                .isEqualTo(
                        "the disk holds 38 h more without the line, then the oldest samples are dropped");
        assertThat(autonomy(240, WhenFull.THIN))
                .isEqualTo(
                        "the disk holds 10 days more without the line, then the oldest samples are thinned");
    }

    @Test
    void whatIsNotKnownIsSaidToBeSo() {
        assertThat(StoreReport.autonomy(OptionalDouble.empty(), WhenFull.STOP))
                .startsWith("not known");
    }

    private static String autonomy(double hours, WhenFull whenFull) {
        return StoreReport.autonomy(OptionalDouble.of(hours), whenFull);
    }
}
