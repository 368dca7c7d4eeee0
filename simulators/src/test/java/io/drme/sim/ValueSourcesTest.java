package io.drme.sim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.drme.config.Problems;
import io.drme.config.Section;
import io.drme.config.YamlReader;
import io.drme.model.Value;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalLong;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ValueSourcesTest {
    private static final long SECOND = 1_000_000_000L;

    @TempDir private Path directory = Path.of("");

    private final Problems problems = new Problems();

    private ValueSource source(String value) {
        return source(value, 1);
    }

    private ValueSource source(String value, long seed) {
        var point = YamlReader.parse("t", "value: " + value, problems).orElseThrow();
        return new ValueSources(seed, directory)
                .read(new Section(point, "", problems), OptionalLong.of(1007))
                .orElseThrow(() -> new AssertionError(problems.list().toString()));
    }

    private static double real(ValueSource source, long seconds) {
        return source.at(seconds * SECOND) instanceof Value.Real(double d) ? d : Double.NaN;
    }

    @Test
    void scalarsKeepTheirTypes() {
        assertThat(source("42").at(0)).isEqualTo(new Value.Int(42));
        assertThat(source("0xFF").at(0)).isEqualTo(new Value.Int(255));
        assertThat(source("1.5").at(0)).isEqualTo(new Value.Real(1.5));
        assertThat(source("true").at(0)).isEqualTo(new Value.Bool(true));
        assertThat(source("\"42\"").at(0)).isEqualTo(new Value.Text("42"));
        assertThat(source("{constant: 7}").at(0)).isEqualTo(new Value.Int(7));
    }

    // Tests tell by it that a value belongs to the tag under which it arrived.
    @Test
    void addressGivesThePointsOwnNumber() {
        assertThat(source("address").at(5)).isEqualTo(new Value.Int(1007));
    }

    @Test
    void rampRisesAndStartsOver() {
        var ramp = source("{ramp: {from: 10, to: 20, period: 10s}}");
        assertThat(LongStream.of(0, 5, 9, 10, 25).mapToObj(s -> real(ramp, s)))
                .containsExactly(10.0, 15.0, 19.0, 10.0, 15.0);
    }

    @Test
    void sineGoesUpFirst() {
        var sine = source("{sine: {mean: 70, amplitude: 10, period: 60s}}");
        assertThat(real(sine, 0)).isCloseTo(70, within(1e-9));
        assertThat(real(sine, 15)).isCloseTo(80, within(1e-9));
        assertThat(real(sine, 45)).isCloseTo(60, within(1e-9));
    }

    @Test
    void squareIsABooleanUnlessItHasLevels() {
        var square = source("{square: {period: 10s, duty: 0.3}}");
        assertThat(square.at(2 * SECOND)).isEqualTo(new Value.Bool(true));
        assertThat(square.at(3 * SECOND)).isEqualTo(new Value.Bool(false));
        assertThat(real(source("{square: {period: 10s, high: 5, low: 2}}"), 6)).isEqualTo(2);
    }

    @Test
    void counterStaysExactBeyondWhatADoubleCanHold() {
        assertThat(source("{counter: {start: 9007199254740993, step: 7}}").at(2 * SECOND))
                .isEqualTo(new Value.Int(9007199254741007L));
    }

    @Test
    void randomWalkIsAFunctionOfSeedAndTimeAndStaysWithinItsBounds() {
        var text = "{random-walk: {start: 5, step: 2, min: 0, max: 10}}";
        var walk = source(text);
        var forward = LongStream.range(0, 500).mapToObj(s -> real(walk, s)).toList();
        var again = source(text);
        assertThat(real(again, 499)).isEqualTo(forward.get(499));
        assertThat(real(again, 3)).isEqualTo(forward.get(3));
        assertThat(forward).allMatch(v -> v >= 0 && v <= 10);
        assertThat(real(source(text, 2), 400)).isNotEqualTo(forward.get(400));
    }

    @Test
    void replayGivesOneRowAnIntervalAndStartsOver() throws Exception {
        Files.writeString(directory.resolve("d.csv"), "time;a;b\n1;10;20\n2;11;21\n");
        var replay = source("{replay: {file: d.csv, column: b, every: 1s}}");
        assertThat(LongStream.of(0, 1, 2).mapToObj(s -> real(replay, s)))
                .containsExactly(20.0, 21.0, 20.0);
    }

    @Test
    void aWrongShapeSaysWhatIsExpected() {
        var point = YamlReader.parse("t", "value: {sinus: {}}", problems).orElseThrow();
        var read =
                new ValueSources(1, directory)
                        .read(new Section(point, "p", problems), OptionalLong.empty());
        assertThat(read).isEmpty();
        assertThat(problems.list().toString()).contains("random-walk").contains("{sine: {mean");
    }
}
