package io.drme.edge.acquisition;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigDecimal;
import java.util.Random;
import org.junit.jupiter.api.Test;

class DecimalScaleTest {

    private static double scaled(double scale, double offset, double raw) {
        var of = new DecimalScale();
        of.resize(1);
        of.set(0, scale, offset);
        return of.apply(0, raw);
    }

    // Two roundings made 64.60000000000001 of this on the plant's page.
    @Test
    void valueIsTheDecimalThatAPersonWouldReckon() {
        assertThat(scaled(0.1, -5, 696)).isEqualTo(64.6);
        assertThat(scaled(0.001, 0.25, 1_234_567)).isEqualTo(1234.817);
        assertThat(scaled(-0.01, 0, 3)).isEqualTo(-0.03);
        assertThat(scaled(10, 0, 7)).isEqualTo(70);
        assertThat(scaled(1, 0.5, -1)).isEqualTo(-0.5);
    }

    @Test
    void everyRegisterValueComesOutAsTheNearestDoubleOfItsDecimal() {
        var random = new Random(7);
        for (int round = 0; round < 2_000; round++) {
            int digits = random.nextInt(5);
            var scale = BigDecimal.valueOf(1 + random.nextInt(999), digits);
            var offset = BigDecimal.valueOf(random.nextInt(20_001) - 10_000, digits);
            int raw = random.nextInt(65_536);
            var expected = scale.multiply(BigDecimal.valueOf(raw)).add(offset).doubleValue();
            assertThat(scaled(scale.doubleValue(), offset.doubleValue(), raw))
                    .as("%d × %s + %s", raw, scale, offset)
                    .isEqualTo(expected);
        }
    }

    @Test
    void whatIsNotWholeOrTooGreatIsScaledInFloatingPoint() {
        assertThat(scaled(0.1, 0, 0.3)).isEqualTo(0.3 * 0.1);
        assertThat(scaled(0.1, 0, 1e16)).isEqualTo(1e16 * 0.1);
        assertThat(scaled(1.0 / 3, 0, 2)).isEqualTo(2 * (1.0 / 3));
        assertThat(scaled(1e300, 0, 2)).isEqualTo(2e300);
        assertThat(scaled(0.1, 0, Double.NaN)).isNaN();
        assertThat(scaled(0.1, 0, Double.POSITIVE_INFINITY)).isInfinite();
    }
}
