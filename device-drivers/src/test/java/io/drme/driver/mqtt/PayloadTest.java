package io.drme.driver.mqtt;

import static org.assertj.core.api.Assertions.assertThat;

import io.drme.driver.mqtt.Content.TimeFormat;
import io.drme.model.Reason;
import io.drme.model.Value;
import io.drme.model.ValueType;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What payloads mean, and what is said of those that mean nothing. */
class PayloadTest {
    private static final ValueType REAL = ValueType.FLOAT64;

    private static Outcome plain(String payload, ValueType type) {
        return read(payload, Content.PLAIN, type);
    }

    private static Outcome read(String payload, Content content, ValueType type) {
        return new Payload(payload.getBytes(StandardCharsets.UTF_8)).read(content, type);
    }

    private static Content at(String path) {
        return new Content(JsonPointer.parse(path), false, Optional.empty(), TimeFormat.RFC3339);
    }

    private static Content timed(String path, String time, TimeFormat format) {
        return new Content(JsonPointer.parse(path), false, JsonPointer.parse(time), format);
    }

    private static Object value(Outcome outcome) {
        return switch (outcome) {
            case Outcome.Good good ->
                    switch (good.value()) {
                        case Value.Bool(boolean b) -> b;
                        case Value.Int(long i) -> i;
                        case Value.Real(double d) -> d;
                        case Value.Text(String t) -> t;
                    };
            case Outcome.Bad(Reason reason, String _) -> reason;
            case Outcome.Uncertain uncertain -> uncertain.reason();
            case Outcome.Silent _ -> "silent";
        };
    }

    private static String why(Outcome outcome) {
        return ((Outcome.Bad) outcome).why();
    }

    @ParameterizedTest
    @CsvSource({
        "23.5, 23.5",
        "' 23.5\n', 23.5",
        "-1e3, -1000.0",
        "+7, 7.0",
        ".5, 0.5",
        "5., 5.0",
        "true, 1.0",
        "9007199254740992, 9.007199254740992E15"
    })
    void decimalNumbersAreReals(String payload, double expected) {
        assertThat(value(plain(payload, REAL))).isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource({
        "'23,5', MALFORMED",
        "'', MALFORMED",
        "1 2, MALFORMED",
        "0x10, MALFORMED",
        "23.5 C, MALFORMED",
        "Infinity, MALFORMED",
        "1e999, OUT_OF_RANGE",
        "9007199254740993, OUT_OF_RANGE",
        "NaN, SENSOR_FAILURE"
    })
    void whatIsNoNumberIsBadWithItsReason(String payload, Reason expected) {
        assertThat(value(plain(payload, REAL))).isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource({
        "9223372036854775807, 9223372036854775807",
        "-9223372036854775808, -9223372036854775808",
        "23.0, 23",
        "1e3, 1000",
        "false, 0"
    })
    void wholeNumbersAreExact(String payload, long expected) {
        assertThat(value(plain(payload, ValueType.INT64))).isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource({"9223372036854775808", "0.5", "1e400", "1e-400", "1e9999"})
    void whatIsNoWholeNumberOf64BitsIsOutOfRange(String payload) {
        assertThat(value(plain(payload, ValueType.INT64))).isEqualTo(Reason.OUT_OF_RANGE);
    }

    @ParameterizedTest
    @CsvSource({"ON, true", "off, false", "1, true", "0, false", "True, true"})
    void switchesSpeakInSeveralWays(String payload, boolean expected) {
        assertThat(value(plain(payload, ValueType.BOOLEAN))).isEqualTo(expected);
    }

    @Test
    void messagesSayWhatCameAndWhatWasExpected() {
        assertThat(why(plain("open", ValueType.BOOLEAN)))
                .isEqualTo("the payload 'open' is not true or false, 1 or 0, on or off");
        assertThat(why(plain("", REAL)))
                .isEqualTo("the payload is empty; expected a number such as 23.5");
        assertThat(why(plain("9007199254740993", REAL)))
                .isEqualTo(
                        "the payload's 9007199254740993 is not exact as a float64; give the tag the type int64");
        assertThat(why(read("{\"a\": 1}", at("/b"), REAL)))
                .isEqualTo("the payload has nothing at /b");
        assertThat(why(read("23.5 C", at("/b"), REAL))).startsWith("the payload ");
        assertThat(why(plain("x".repeat(4_097), ValueType.TEXT)))
                .isEqualTo("a text of 4097 characters; at most 4096 are taken");
    }

    @Test
    void textIsUtf8OrBad() {
        assertThat(value(plain("läuft", ValueType.TEXT))).isEqualTo("läuft");
        assertThat(value(plain("", ValueType.TEXT))).isEqualTo("");
        assertThat(
                        value(
                                new Payload(new byte[] {(byte) 0xC3, 0x28})
                                        .read(Content.PLAIN, ValueType.TEXT)))
                .isEqualTo(Reason.MALFORMED);
    }

    // The examples of RFC 6901, 5.
    @ParameterizedTest
    @CsvSource({
        "/foo/0, bar",
        "/, 0",
        "/a~1b, 1",
        "/c%d, 2",
        "/e^f, 3",
        "/g|h, 4",
        "/i\\j, 5",
        "/k\"l, 6",
        "'/ ', 7",
        "/m~0n, 8"
    })
    void pointersFollowTheRfc(String pointer, String expected) {
        var document =
                """
                {"foo": ["bar", "baz"], "": 0, "a/b": 1, "c%d": 2, "e^f": 3, "g|h": 4,
                 "i\\\\j": 5, "k\\"l": 6, " ": 7, "m~n": 8}
                """;
        assertThat(value(read(document, at(pointer), ValueType.TEXT))).isEqualTo(expected);
    }

    @Test
    void pointersThatAreNoneAreRefused() {
        assertThat(JsonPointer.parse("bpm")).isEmpty();
        assertThat(JsonPointer.parse("/a~2b")).isEmpty();
        assertThat(JsonPointer.parse("/a~")).isEmpty();
        assertThat(JsonPointer.parse("/a".repeat(33))).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"/list/01", "/list/-", "/list/2", "/list/x", "/none", "/text/0", "/number/a"})
    void whatIsNotThereIsAnUnknownAddress(String pointer) {
        var document = "{\"list\": [1, 2], \"text\": \"x\", \"number\": 1}";
        assertThat(value(read(document, at(pointer), REAL))).isEqualTo(Reason.UNKNOWN_ADDRESS);
    }

    @Test
    void anOptionalPathThatIsMissingSaysNothing() {
        var optional =
                new Content(JsonPointer.parse("/hum"), true, Optional.empty(), TimeFormat.RFC3339);
        assertThat(value(read("{\"temp\": 1}", optional, REAL))).isEqualTo("silent");
        assertThat(value(read("{\"hum\": 1}", optional, REAL))).isEqualTo(1.0);
    }

    @Test
    void nullIsBadAndListsAndObjectsAreNoValues() {
        assertThat(value(read("{\"v\": null}", at("/v"), REAL))).isEqualTo(Reason.DEVICE_BAD);
        assertThat(value(read("{\"v\": [1]}", at("/v"), REAL))).isEqualTo(Reason.MALFORMED);
        assertThat(value(read("{\"v\": {}}", at("/v"), ValueType.TEXT)))
                .isEqualTo(Reason.MALFORMED);
    }

    // Readers differ in which of two they take, so neither is to be trusted (RFC 8259, 4).
    @Test
    void aNameThatStandsTwiceIsMalformed() {
        var outcome = read("{\"v\": 1, \"v\": 2}", at("/v"), REAL);
        assertThat(value(outcome)).isEqualTo(Reason.MALFORMED);
        assertThat(why(outcome)).isEqualTo("the payload has 'v' twice in one object");
    }

    @ParameterizedTest
    @CsvSource({"{", "[1", "'{\"v\":1} 2'", "{v:1}", "NaN", "'[NaN]'", "''"})
    void brokenDocumentsAreMalformed(String payload) {
        assertThat(value(read(payload, at("/v"), REAL))).isEqualTo(Reason.MALFORMED);
    }

    @Test
    void hostileDocumentsAreRefusedByTheirSize() {
        assertThat(value(read("[".repeat(100_000), at("/0"), REAL))).isEqualTo(Reason.MALFORMED);
        assertThat(value(read("[" + "1,".repeat(20_000) + "1]", at("/0"), REAL)))
                .isEqualTo(Reason.MALFORMED);
        assertThat(value(read("[" + "9".repeat(1_000) + "]", at("/0"), REAL)))
                .isEqualTo(Reason.MALFORMED);
        assertThat(value(plain(" ".repeat(300_000), REAL))).isEqualTo(Reason.MALFORMED);
    }

    @ParameterizedTest
    @CsvSource({
        "S, 1767225600, 1767225600000000000",
        "S, 1767225600.25, 1767225600250000000",
        "MS, 1767225600001, 1767225600001000000",
        "MS, '\"1767225600001\"', 1767225600001000000",
        "US, 1767225600000001, 1767225600000001000",
        "NS, 1767225600000000001, 1767225600000000001",
        "RFC3339, '\"2026-01-01T00:00:00Z\"', 1767225600000000000",
        "RFC3339, '\"2026-01-01t01:00:00.5+01:00\"', 1767225600500000000"
    })
    void thePayloadMayTellTheTime(TimeFormat format, String time, long expected) {
        var outcome = read("{\"v\": 1, \"t\": " + time + "}", timed("/v", "/t", format), REAL);
        assertThat(((Outcome.Good) outcome).timeNanos()).hasValue(expected);
    }

    // A value under a time that is not its own would be a lie that nobody sees.
    @ParameterizedTest
    @CsvSource({
        "MS, '\"2026-01-01T00:00:00Z\"'",
        "RFC3339, 1767225600",
        "RFC3339, '\"2026-01-01T00:00:00\"'",
        "S, -1",
        "S, 1e300",
        "S, 99999999999999",
        "S, null"
    })
    void aTimeThatIsNoneMakesTheValueBad(TimeFormat format, String time) {
        var outcome = read("{\"v\": 1, \"t\": " + time + "}", timed("/v", "/t", format), REAL);
        assertThat(value(outcome)).isEqualTo(Reason.MALFORMED);
        assertThat(why(outcome)).contains("no time of the format").contains("/t");
    }
}
