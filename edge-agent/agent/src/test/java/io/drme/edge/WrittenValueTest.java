package io.drme.edge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.drme.driver.TagAddress;
import io.drme.driver.TagSpec;
import io.drme.model.SyncMode;
import io.drme.model.TagName;
import io.drme.model.Value;
import io.drme.model.ValueType;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

/** What a person writes, as raw bits. */
class WrittenValueTest {
    private static TagSpec tag(
            ValueType raw, double scale, double offset, double low, double high) {
        return tag(raw, scale, offset, low, high, new TagAddress() {});
    }

    private static TagSpec tag(ValueType raw, TagAddress address) {
        return tag(raw, 1, 0, Double.NEGATIVE_INFINITY, Double.POSITIVE_INFINITY, address);
    }

    private static TagSpec tag(
            ValueType raw,
            double scale,
            double offset,
            double low,
            double high,
            TagAddress address) {
        boolean scaled = scale != 1 || offset != 0;
        return new TagSpec(
                new TagName("d/t"),
                raw,
                scaled ? ValueType.FLOAT64 : raw,
                "",
                scale,
                offset,
                low,
                high,
                0,
                Duration.ofSeconds(1),
                Duration.ofSeconds(1),
                new SyncMode.Raw(),
                address);
    }

    private static TagSpec tag(ValueType raw) {
        return tag(raw, 1, 0, Double.NEGATIVE_INFINITY, Double.POSITIVE_INFINITY);
    }

    // 64.6 = 696 × 0.1 − 5, and back again without a crumb.
    @Test
    void scaleAndOffsetAreUndoneAndDoneAgain() throws Exception {
        var level = tag(ValueType.INT64, 0.1, -5, 0, 150);
        assertThat(WrittenValue.rawBits(level, "64.6")).isEqualTo(696);
        assertThat(WrittenValue.rawBits(level, 64.6)).isEqualTo(696);
        assertThat(WrittenValue.of(level, 696)).isEqualTo(new Value.Real(64.6));
        var real = tag(ValueType.FLOAT64, 2, 1, 0, 150);
        assertThat(Double.longBitsToDouble(WrittenValue.rawBits(real, 4))).isEqualTo(1.5);
    }

    @Test
    void wholeNumbersKeepAllTheirBits() throws Exception {
        var count = tag(ValueType.INT64);
        assertThat(WrittenValue.rawBits(count, "9223372036854775807")).isEqualTo(Long.MAX_VALUE);
        assertThat(WrittenValue.of(count, Long.MIN_VALUE)).isEqualTo(new Value.Int(Long.MIN_VALUE));
        assertThatThrownBy(() -> WrittenValue.rawBits(count, "9223372036854775808"))
                .hasMessageContaining("needs more than 64 bits");
    }

    @Test
    void whatIsNoNumberOrOutOfRangeIsRefused() {
        var level = tag(ValueType.INT64, 0.1, -5, 0, 150);
        for (var wrong : new String[] {"", "x", "NaN", "Infinity", "1e999999999", "true"}) {
            assertThatThrownBy(() -> WrittenValue.rawBits(level, wrong))
                    .as(wrong)
                    .isInstanceOf(WrittenValue.UnfitException.class)
                    .hasMessageContaining("is not a number");
        }
        assertThatThrownBy(() -> WrittenValue.rawBits(level, 150.1))
                .isInstanceOfSatisfying(
                        WrittenValue.UnfitException.class,
                        e -> assertThat(e.expected()).isEqualTo("a number from 0.0 to 150.0"))
                .hasMessageContaining("150.1 is out of range");
        assertThatThrownBy(() -> WrittenValue.rawBits(tag(ValueType.TEXT), "a"))
                .hasMessageContaining("a text can't be written");
    }

    @Test
    void aTextIsWrittenByTheWordsThatStandForBitsAndByNoOther() throws Exception {
        var words = new TagAddress.Writing(OptionalLong.empty(), Map.of("manual", 2L, "off", 0L));
        var mode =
                tag(
                        ValueType.TEXT,
                        new TagAddress() {
                            @Override
                            public Optional<Writing> writing() {
                                return Optional.of(words);
                            }
                        });
        assertThat(WrittenValue.rawBits(mode, "manual")).isEqualTo(2);
        assertThat(WrittenValue.of(mode, 2)).isEqualTo(new Value.Text("manual"));
        assertThatThrownBy(() -> WrittenValue.rawBits(mode, "automatic"))
                .isInstanceOfSatisfying(
                        WrittenValue.UnfitException.class,
                        e -> assertThat(e.expected()).isEqualTo("one of: manual, off"))
                .hasMessageContaining("'automatic' is none of the tag's values");
    }
}
