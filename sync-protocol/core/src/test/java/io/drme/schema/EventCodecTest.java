package io.drme.schema;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.drme.block.BlockHash;
import io.drme.block.Golden;
import io.drme.model.Event;
import io.drme.model.StreamKind;
import io.drme.model.SyncMode;
import io.drme.model.Value;
import io.drme.model.ValueType;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Arrays;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.apache.avro.Schema;
import org.apache.avro.generic.GenericDatumReader;
import org.apache.avro.generic.GenericDatumWriter;
import org.apache.avro.generic.GenericRecord;
import org.apache.avro.io.DecoderFactory;
import org.apache.avro.io.EncoderFactory;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Payloads and events as bytes; Apache Avro, which we did not write, is the oracle. */
class EventCodecTest {
    private static final long TIME = 1_790_000_000_000L << 16;

    static Stream<Payload> payloads() {
        return Stream.of(
                alarm(new Value.Real(81.5)),
                alarm(null),
                alarm(new Value.Int(Long.MIN_VALUE)),
                alarm(new Value.Bool(true)),
                alarm(new Value.Text("zu heiß \uD83D\uDE00")),
                catalogue(),
                new TagCatalogue(4, 1, 1, List.of()),
                new DeviceState(
                        "press-3",
                        "modbus",
                        "disconnected",
                        "no answer within 500 ms",
                        TIME,
                        "timeout"),
                new Drop(StreamKind.DATA, 7, 19, 123_456, "space", new BlockHash(-1, 2), 5, -6),
                new GatewayLife("crashed", 3, 1_790_000_000_123_456_789L, "0.1.0"),
                new ConfigurationApplied(12, "00ff", "erika", "applied"),
                new ClockStep(
                        3,
                        117_309_440_000_000_007L,
                        1_790_000_000_123_456_789L,
                        -3_600_000_000_000L,
                        5_000_000,
                        true),
                new Audit("erika", "users.add", "max", "role operator"),
                new CommandResult("c-17", "alarm.acknowledge", "done", ""),
                new Refusal("store-full", 1_200, TIME, TIME + 1),
                new EpochEnded("00112233445566778899aabbccddeeff", StreamKind.DATA, "1-40,43"),
                new PaceChange("press-3", 4, true, "pipeline 'heavy' can't follow"),
                new AlarmFlood(
                        AlarmFlood.BEGAN,
                        1_790_000_000_000_000_000L,
                        0,
                        11,
                        11,
                        List.of(
                                new AlarmFlood.First(
                                        "a-1",
                                        "oil-hot",
                                        "press-3/oil",
                                        1_789_999_999_000_000_000L))));
    }

    private static AlarmTransition alarm(@Nullable Value value) {
        return new AlarmTransition(
                "a-1",
                "oil-hot",
                "press-3/oil/temperature",
                "normal",
                "unacknowledged",
                "high",
                value,
                "Oil is too hot",
                "Stop the press",
                1_790_000_000_000_000_000L,
                "",
                "",
                0,
                "the cooler is clogged",
                "the seal burns",
                600_000_000_000L,
                0,
                new AlarmMarks("press-trip", true, "medium"));
    }

    // What a gateway recorded before it was updated is still its history.
    @Test
    void anAlarmOfTheFirstVersionReadsWithoutGuidance() throws Exception {
        var event = EventCodec.decode(Golden.read("event-alarm-version-1"));

        assertThat(event.schemaVersion()).isEqualTo(1);
        assertThat(Payloads.of(event))
                .isEqualTo(
                        new AlarmTransition(
                                "a-1",
                                "oil-hot",
                                "press-3/oil/temperature",
                                "normal",
                                "unacknowledged",
                                "high",
                                new Value.Real(81.5),
                                "Oil is too hot",
                                "Stop the press",
                                1_790_000_000_000_000_000L,
                                "",
                                "",
                                0,
                                "",
                                "",
                                0,
                                0,
                                AlarmMarks.NONE));
    }

    @Test
    void anAlarmOfTheSecondVersionReadsWithoutMarks() throws Exception {
        var event = EventCodec.decode(Golden.read("event-alarm-version-2"));

        assertThat(event.schemaVersion()).isEqualTo(2);
        var alarm = (AlarmTransition) Payloads.of(event);
        assertThat(alarm.cause()).isEqualTo("the cooler is clogged");
        assertThat(alarm.marks()).isEqualTo(AlarmMarks.NONE);
    }

    private static TagCatalogue catalogue() {
        return new TagCatalogue(
                4,
                1,
                2,
                List.of(
                        entry("press-3/oil/temperature", new SyncMode.Raw(), 0.0, 150.0),
                        entry(
                                "press-3/energy",
                                new SyncMode.Aggregate(60_000_000_000L),
                                null,
                                null),
                        entry("press-3/serial", new SyncMode.Local(), null, 1.0)));
    }

    private static TagCatalogue.Entry entry(
            String name, SyncMode sync, @Nullable Double low, @Nullable Double high) {
        return new TagCatalogue.Entry(
                name,
                ValueType.FLOAT64,
                "Cel",
                0.2,
                1_000_000_000L,
                sync,
                "modbus",
                "press-3",
                low,
                high);
    }

    @ParameterizedTest
    @MethodSource("payloads")
    void aPayloadComesBackAsItWas(Payload payload) throws Exception {
        var event = Payloads.event(TIME, payload);
        assertThat(Payloads.of(event)).isEqualTo(payload);
        assertThat(event.type()).isEqualTo(payload.schema().type());
    }

    /** Avro reads our bytes by the shipped schema, and writes the same bytes again. */
    @ParameterizedTest
    @MethodSource("payloads")
    void apacheAvroReadsAndWritesTheSameBytes(Payload payload) throws Exception {
        var schema = new Schema.Parser().parse(payload.schema().avsc());
        var bytes = Payloads.encode(payload);
        var record = read(schema, bytes);
        assertThat(write(schema, record)).isEqualTo(bytes);
        assertThat(
                        Payloads.decode(
                                payload.schema().id(),
                                payload.schema().version(),
                                write(schema, record)))
                .isEqualTo(payload);
    }

    private static GenericRecord read(Schema schema, byte[] bytes) throws IOException {
        var decoder = DecoderFactory.get().binaryDecoder(bytes, null);
        GenericRecord record = new GenericDatumReader<GenericRecord>(schema).read(null, decoder);
        assertThat(decoder.isEnd()).isTrue();
        return record;
    }

    private static byte[] write(Schema schema, GenericRecord record) throws IOException {
        var out = new ByteArrayOutputStream();
        var encoder = EncoderFactory.get().directBinaryEncoder(out, null);
        new GenericDatumWriter<GenericRecord>(schema).write(record, encoder);
        encoder.flush();
        return out.toByteArray();
    }

    @Test
    void avroSeesTheFieldsUnderTheirNames() throws Exception {
        var payload =
                new Drop(StreamKind.DATA, 7, 19, 123_456, "space", new BlockHash(-1, 2), 5, -6);
        var record =
                read(new Schema.Parser().parse(EventSchema.DROP.avsc()), Payloads.encode(payload));
        assertThat(record.get("fromSequence")).isEqualTo(7L);
        assertThat(record.get("samples")).isEqualTo(123_456L);
        assertThat(record.get("cause").toString()).isEqualTo("space");
        assertThat(record.get("lastTime")).isEqualTo(-6L);
    }

    @Test
    void everySchemaHasItsOwnIdAndType() {
        for (var schema : EnumSet.allOf(EventSchema.class)) {
            assertThat(EventSchema.ofId(schema.id())).contains(schema);
            assertThat(new Schema.Parser().parse(schema.avsc()).getNamespace())
                    .isEqualTo("io.drme.event");
        }
        assertThat(Arrays.stream(EventSchema.values()).map(EventSchema::type))
                .doesNotHaveDuplicates();
    }

    @ParameterizedTest
    @MethodSource("payloads")
    void anEventComesBackAsItWas(Payload payload) throws Exception {
        var event = Payloads.event(TIME, payload, Map.of("b", "2", "a", "ü"));
        var back = EventCodec.decode(EventCodec.encode(event));
        assertThat(back).usingRecursiveComparison().isEqualTo(event);
    }

    /** The envelope is Avro too, behind its format byte. */
    @Test
    void apacheAvroReadsTheEnvelope() throws Exception {
        var bytes = EventCodec.encode(Payloads.event(TIME, catalogue(), Map.of("k", "v")));
        var schema = new Schema.Parser().parse(EventSchema.resource("event-1"));
        var record = read(schema, Arrays.copyOfRange(bytes, 1, bytes.length));
        assertThat(record.get("time")).isEqualTo(TIME);
        assertThat(record.get("type").toString()).isEqualTo("tags");
    }

    @Test
    void goldenBytes() throws Exception {
        int n = 0;
        for (var payload : payloads().toList()) {
            var name = "event-%02d-%s".formatted(++n, payload.schema().type());
            var event = Payloads.event(TIME, payload, n == 1 ? Map.of("site", "acme") : Map.of());
            Golden.check(name, EventCodec.encode(event));
            assertThat(Payloads.of(EventCodec.decode(Golden.read(name)))).isEqualTo(payload);
        }
    }

    @ParameterizedTest
    @MethodSource("payloads")
    void truncatedAndOverlongPayloadsAreRefused(Payload payload) {
        var schema = payload.schema();
        var bytes = Payloads.encode(payload);
        for (int length = 0; length < bytes.length; length++) {
            var cut = Arrays.copyOf(bytes, length);
            assertThatThrownBy(() -> Payloads.decode(schema.id(), schema.version(), cut))
                    .isInstanceOf(BadEventException.class);
        }
        var longer = Arrays.copyOf(bytes, bytes.length + 1);
        assertThatThrownBy(() -> Payloads.decode(schema.id(), schema.version(), longer))
                .isInstanceOf(BadEventException.class);
    }

    @ParameterizedTest
    @MethodSource("payloads")
    void anyBytesGiveAPayloadOrADeclaredError(Payload payload) {
        var random = new SplittableRandom(payload.hashCode());
        var bytes = EventCodec.encode(Payloads.event(TIME, payload, Map.of("a", "b")));
        for (int round = 0; round < 2_000; round++) {
            var edited = bytes.clone();
            for (int i = 0; i <= random.nextInt(3); i++) {
                edited[random.nextInt(edited.length)] = (byte) random.nextInt(256);
            }
            try {
                assertThat(Payloads.of(EventCodec.decode(edited))).isNotNull();
            } catch (BadEventException e) {
                assertThat(e.getMessage()).isNotEmpty();
            }
        }
    }

    /** A length of two gigabytes in a few bytes. */
    @Test
    void aLengthThatIsNotThereIsRefusedBeforeMemoryIsTaken() {
        var bytes = new AvroWriter().putLong(Integer.MAX_VALUE).toBytes();
        assertThatThrownBy(() -> Payloads.decode(EventSchema.AUDIT.id(), 1, bytes))
                .isInstanceOf(BadEventException.class)
                .hasMessageContaining("2147483647");
    }

    @Test
    void anUnknownSchemaIsUnsupportedNotMalformed() {
        var event = new Event(TIME, "custom", 99, 1, new byte[0], Map.of());
        assertThatThrownBy(() -> Payloads.of(event))
                .isInstanceOfSatisfying(
                        BadEventException.class,
                        e -> assertThat(e.why()).isEqualTo(BadEventException.Why.UNSUPPORTED));
    }

    @Test
    void anEventBeyondItsLimitIsNotWritten() {
        var event =
                new Event(
                        TIME,
                        "custom",
                        99,
                        1,
                        new byte[EventCodec.MAX_PAYLOAD_BYTES + 1],
                        Map.of());
        assertThatThrownBy(() -> EventCodec.encode(event))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void aCatalogueOfManyTagsComesInParts() {
        var entries = Collections.nCopies(2_500, entry("a/b", new SyncMode.Raw(), null, null));
        var parts = TagCatalogue.parts(7, entries);
        assertThat(parts)
                .extracting(part -> part.entries().size())
                .containsExactly(1_000, 1_000, 500);
        assertThat(parts).allMatch(part -> part.parts() == 3 && part.configurationVersion() == 7);
        assertThat(TagCatalogue.parts(7, List.of())).hasSize(1);
    }
}
