package io.drme.stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.drme.model.Batch;
import io.drme.model.Quality;
import io.drme.model.Tag;
import io.drme.model.ValueType;
import org.junit.jupiter.api.Test;

/** The engine as a library: no gateway, no files, ten lines. */
class LibraryTest {
    @Test
    void tenLinesBringASampleThroughAPipeline() {
        var pipelines =
                Pipelines.of(
                        "pipelines: {f: {from: oil, steps: [{map: 'value * 1.8 + 32'}], to: oil-f}}",
                        Tag.of("oil", ValueType.FLOAT64));
        var in = new Batch();
        var derived = new Batch();

        in.addDouble(0, 0, 100, Quality.GOOD);
        pipelines.process(in, derived);

        assertThat(derived.samples(pipelines.table()).toString()).contains("oil-f", "212.0");
    }

    @Test
    void whatIsWrongComesAllAtOnce() {
        assertThatThrownBy(() ->
                        Pipelines.of(
                                "pipelines: {f: {from: [], steps: [{mop: 1}], to: [x]}}",
                                Tag.of("oil", ValueType.FLOAT64)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("pipelines.f.from")
                .hasMessageContaining("mop");
    }
}
