package io.drme.driver.modbus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.drme.driver.modbus.Line.Read;
import io.drme.driver.modbus.Line.WrongAnswerException;
import io.drme.testing.ManualClock;
import io.drme.time.Clock;
import io.drme.time.SystemClock;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A serial line has no transaction ids: what keeps its answers apart, one test a trap. */
@Timeout(60)
class RtuLineTest {
    private static final Duration TIMEOUT = Duration.ofMillis(200);
    private static final Duration PATIENT = Duration.ofSeconds(10);

    /** Long for one answer, on a busy machine too, and the test waits for all of it. */
    private static final Duration ONCE = Duration.ofSeconds(1);

    private static final Read TEN = new Read(1, Area.HOLDING, 10, 1);
    private static final Read TWENTY = new Read(1, Area.HOLDING, 20, 1);
    private static final Read NEIGHBOUR = new Read(2, Area.HOLDING, 10, 1);
    private static final int ECHO = 8;

    private final Trace trace = new Trace();
    private RtuPeer peer;
    private Line line;

    @BeforeEach
    void start() throws Exception {
        peer = new RtuPeer();
        line = line(new SystemClock());
    }

    @AfterEach
    void stop() throws Exception {
        line.shutdown();
        peer.close();
    }

    private Line line(Clock clock) {
        return Line.to(new Endpoint.RtuTcp("127.0.0.1", peer.port()), clock);
    }

    private int read(Read what, Duration timeout) throws Exception {
        var bytes = line.read(what, timeout, trace);
        return (bytes[0] & 0xFF) << 8 | (bytes[1] & 0xFF);
    }

    private void leaveUnanswered(Read what) throws Exception {
        line.open(PATIENT);
        peer.forgetRequests();
        peer.holdAnswers();
        do {
            trace.sent(new byte[0]);
            assertThatThrownBy(() -> read(what, TIMEOUT))
                    .isInstanceOf(SocketTimeoutException.class);
            // On a busy machine the time may be over before the request is sent.
        } while (trace.request().length == 0);
        peer.awaitRequest();
    }

    // The worked example of a request for three registers that is in most manuals.
    @Test
    void requestsHaveTheBytesOfTheSpecification() {
        assertThat(HexFormat.of().formatHex(Rtu.encode(new Read(0x11, Area.HOLDING, 0x6B, 3))))
                .isEqualTo("1103006b00037687");
    }

    @ParameterizedTest
    @CsvSource({
        "1200, EVEN, 1, 32083333",
        "9600, NONE, 1, 3645833",
        "19200, ODD, 1, 2005208",
        "38400, EVEN, 1, 1750000",
        "115200, NONE, 2, 1750000"
    })
    void framesArePartedByThreeAndAHalfCharacters(
            int baud, Endpoint.Parity parity, int stopBits, long nanos) {
        assertThat(new Endpoint.Serial("/dev/ttyS0", baud, parity, stopBits).silence().toNanos())
                .isEqualTo(nanos);
    }

    @Test
    void aRequestWaitsForTheSilenceThatPartsItFromTheLastFrame() throws Exception {
        var clock = new ManualClock();
        var silence = Duration.ofMillis(4);
        var sentNanos = new AtomicInteger();
        var transport = new StillTransport(() -> sentNanos.set((int) clock.nanoTime()));
        var wire = new Wire(transport, clock, new Talk());
        wire.begin(PATIENT, trace);
        wire.send(new byte[8], silence);
        assertThat(sentNanos).hasValue(0);
        wire.send(new byte[8], silence);
        assertThat(sentNanos).hasValue((int) silence.toNanos());
    }

    // Both answers have the same unit, function and length: only their order tells them apart.
    @Test
    void aLateAnswerIsNeverTakenForAnother() throws Exception {
        leaveUnanswered(TEN);
        peer.answerLate();
        assertThat(read(TWENTY, PATIENT)).isEqualTo(1020);
        assertThat(read(TEN, PATIENT)).isEqualTo(1010);
        assertThat(peer.functions()).containsExactly(3, ECHO, 3, 3);
    }

    @Test
    void severalLateAnswersAreAllDroppedAlsoOverANewConnection() throws Exception {
        leaveUnanswered(TEN);
        leaveUnanswered(TEN);
        line.reset();
        leaveUnanswered(TEN);
        peer.answerLate();
        assertThat(read(TWENTY, PATIENT)).isEqualTo(1020);
        assertThat(peer.functions()).containsExactly(3, ECHO, 4, ECHO, 3);
    }

    @Test
    void aUnitWithoutTheEchoFunctionIsKnownByItsRefusal() throws Exception {
        leaveUnanswered(TEN);
        peer.behave((request, right, out) -> {
            if (request[1] == ECHO) {
                out.write(RtuPeer.sealed(new byte[] {1, 3, 2, 3, (byte) 0xF2}));
                out.write(RtuPeer.refusal(request, 1));
            } else {
                out.write(right);
            }
        });
        assertThat(read(TWENTY, PATIENT)).isEqualTo(1020);
    }

    // Against the specification, but found in the field: unknown functions are met with silence.
    @Test
    void aUnitThatIgnoresTheEchoIsReadAgainOnceNoAnswerCanBeOnTheWay() throws Exception {
        line.shutdown();
        var clock = new ManualClock();
        line = line(clock);
        leaveUnanswered(TEN);
        peer.behave((request, right, out) -> {
            if (request[1] != ECHO) {
                out.write(right);
            }
        });
        assertThatThrownBy(() -> read(TWENTY, TIMEOUT)).isInstanceOf(SocketTimeoutException.class);
        clock.advance(Rtu.MOST_LATE);
        assertThat(read(TWENTY, PATIENT)).isEqualTo(1020);
    }

    // What finds out is a read itself: 10.05 s after the first it may still be on its way.
    @Test
    void aReadThatFoundNothingOutIsWaitedForAsLongAsTheFirst() throws Exception {
        line.shutdown();
        var clock = new ManualClock();
        line = line(clock);
        leaveUnanswered(TEN);
        leaveUnanswered(TEN);
        peer.loseAnswers();
        clock.advance(Rtu.MOST_LATE.minusMillis(400));
        leaveUnanswered(TWENTY);
        assertThat(peer.functions()).containsExactly(3, ECHO, 4);
        clock.advance(Duration.ofMillis(450));
        peer.answerLate();
        assertThat(read(new Read(1, Area.INPUT, 20, 1), PATIENT)).isEqualTo(1020);
    }

    // So do servers by libmodbus. A read by another function settles it as well, and is then first.
    @Test
    void aUnitThatIgnoresTheEchoIsKnownByAnotherFunction() throws Exception {
        leaveUnanswered(TEN);
        var late = RtuPeer.sealed(new byte[] {1, 3, 2, 3, (byte) 0xF2});
        peer.behave((request, right, out) -> {
            if (request[1] == 4) {
                out.write(late);
                out.write(RtuPeer.refusal(request, 2));
            } else if (request[1] != ECHO) {
                out.write(right);
            }
        });
        assertThatThrownBy(() -> read(TWENTY, TIMEOUT)).isInstanceOf(SocketTimeoutException.class);
        assertThat(read(TWENTY, PATIENT)).isEqualTo(1020);
        assertThat(peer.functions()).endsWith(4, 3);
        leaveUnanswered(TEN);
        peer.behave((request, right, out) -> {
            if (request[1] == 4) {
                out.write(late);
            }
            out.write(right);
        });
        assertThat(read(TWENTY, PATIENT)).isEqualTo(1020);
        assertThat(peer.functions()).endsWith(3, 4, 3);
    }

    @Test
    void aLateAnswerOfAnotherUnitIsPassedOver() throws Exception {
        leaveUnanswered(TEN);
        peer.answerLate();
        assertThat(read(NEIGHBOUR, PATIENT)).isEqualTo(2010);
        assertThat(peer.functions()).as("the neighbour owes nothing").containsExactly(3, 3);
    }

    // A person's write may have been given up: its answer is a frame like any other.
    @ParameterizedTest
    @ValueSource(
            strings = {
                "01 05 00 0a ff 00",
                "01 06 00 0a 00 07",
                "01 0f 00 0a 00 03",
                "01 10 00 0a 00 02",
                "01 16 00 0a 00 f2 00 25",
                "01 90 02"
            })
    void aLateAnswerToAWriteOfAnotherUnitIsPassedOver(String bytes) throws Exception {
        var late = RtuPeer.sealed(HexFormat.of().parseHex(bytes.replace(" ", "")));
        peer.behave((_, right, out) -> {
            var both = Arrays.copyOf(late, late.length + right.length);
            System.arraycopy(right, 0, both, late.length, right.length);
            out.write(both);
        });
        assertThat(read(NEIGHBOUR, PATIENT)).isEqualTo(2010);
        assertThat(peer.functions()).as("it did not spoil the exchange").containsExactly(3);
    }

    @Test
    void aSilentUnitDoesNotCostItsNeighboursTheConnection() throws Exception {
        for (int i = 0; i < 5; i++) {
            leaveUnanswered(TEN);
            peer.behave();
            assertThat(read(NEIGHBOUR, PATIENT)).isEqualTo(2010);
        }
        assertThat(peer.connects()).isEqualTo(1);
    }

    @Test
    void aConnectionOnWhichNothingIsHeardIsMadeAnew() throws Exception {
        for (int i = 0; i < Line.MOST_SILENT; i++) {
            leaveUnanswered(new Read(1 + i, Area.HOLDING, 0, 1));
        }
        peer.behave();
        assertThat(read(TWENTY, PATIENT)).isEqualTo(1020);
        assertThat(peer.connects()).isEqualTo(2);
    }

    private static byte[] spoilt(byte[] frame) {
        var bad = frame.clone();
        bad[3] ^= 0x40;
        return bad;
    }

    @Test
    void aBrokenAnswerIsAskedForAgainWithinTheRequest() throws Exception {
        var left = new AtomicInteger(1);
        peer.behave(
                (_, right, out) -> out.write(left.getAndDecrement() > 0 ? spoilt(right) : right));
        assertThat(read(TEN, PATIENT)).isEqualTo(1010);
        assertThat(peer.functions()).containsExactly(3, ECHO, 3);
    }

    // Without the repeat's limit an echo that is broken too would be waited for without end.
    @Test
    void anAnswerThatIsBrokenAgainIsToldAndTheNextRequestIsClean() throws Exception {
        peer.behave((_, right, out) -> out.write(spoilt(right)));
        assertThatThrownBy(() -> read(TEN, ONCE))
                .isInstanceOf(WrongAnswerException.class)
                .hasMessageContaining("checksum")
                .hasMessageContaining("baud");
        peer.behave();
        assertThat(read(TWENTY, PATIENT)).isEqualTo(1020);
    }

    @Test
    void garbageIsDroppedUntilTheLineIsQuiet() throws Exception {
        var garbage = new byte[200];
        Arrays.fill(garbage, (byte) 0xA5);
        peer.behave((_, _, out) -> out.write(garbage));
        assertThatThrownBy(() -> read(TEN, ONCE)).isInstanceOf(WrongAnswerException.class);
        peer.behave();
        assertThat(read(TEN, PATIENT)).isEqualTo(1010);
    }

    @ParameterizedTest
    @CsvSource({
        "01 03 00, 'count of bytes is 0, not 1 to 251'",
        "01 03 04 03 f2 03 f3, count of bytes",
        "01 04 02 03 f2, function",
        "01 10 00 0a 00 01, 'function is 16, not 3'",
        "01 2b 0e 01 00 00, never asked for"
    })
    void anAnswerThatDoesNotFitIsRefused(String bytes, String expected) throws Exception {
        var frame = RtuPeer.sealed(HexFormat.of().parseHex(bytes.replace(" ", "")));
        peer.behave((request, right, out) -> out.write(request[1] == ECHO ? right : frame));
        assertThatThrownBy(() -> read(TEN, PATIENT))
                .isInstanceOf(WrongAnswerException.class)
                .hasMessageContaining(expected);
        peer.behave();
        assertThat(read(TEN, PATIENT)).isEqualTo(1010);
    }

    // The first byte of the address stands where an answer has its length: so each is wrong in
    // another way, and the last would be right, with the bits 2c 00 14.
    @ParameterizedTest
    @CsvSource({
        "HOLDING, 0x000a, 1, count of bytes",
        "HOLDING, 0x0200, 1, checksum",
        "HOLDING, 0x0300, 1, count of bytes",
        "INPUT,   0x3000, 2, in time",
        "COIL,    0x032c, 20, to the last byte"
    })
    void anAdapterThatSendsBackWhatItSendsIsNamed(Area area, int start, int count, String besides)
            throws Exception {
        peer.behave((request, right, out) -> {
            out.write(request);
            out.write(right);
        });
        assertThatThrownBy(() -> line.read(new Read(1, area, start, count), ONCE, trace))
                .isInstanceOf(WrongAnswerException.class)
                .hasMessageStartingWith("what came begins as the request does (")
                .hasMessageContaining(besides)
                .hasMessageContaining("); the adapter may send back what it sends");
    }

    @Test
    void whatCameUnaskedIsNoAnswer() throws Exception {
        var unasked = RtuPeer.sealed(new byte[] {1, 3, 2, 0x7F, 0x7F});
        peer.behave((_, right, out) -> {
            var both = Arrays.copyOf(right, right.length + unasked.length);
            System.arraycopy(unasked, 0, both, right.length, unasked.length);
            out.write(both);
        });
        assertThat(read(TEN, PATIENT)).isEqualTo(1010);
        assertThat(read(TWENTY, PATIENT)).isEqualTo(1020);
    }

    // A limit on each read() would let a byte a second pass for ever.
    @Test
    void aDrippingAnswerIsBoundedAsAWhole() throws Exception {
        var clock = new SystemClock();
        peer.behave((_, right, out) -> {
            for (byte b : right) {
                clock.sleep(Duration.ofMillis(60));
                out.write(b);
            }
        });
        assertThatThrownBy(() -> read(TEN, TIMEOUT)).isInstanceOf(SocketTimeoutException.class);
        assertThat(trace.answer().length).as("part of it came").isLessThan(7);
        peer.behave();
        assertThat(read(TWENTY, PATIENT)).isEqualTo(1020);
    }

    @Test
    void aLineThatIsNeverQuietIsToldAsSuch() throws Exception {
        var clock = new ManualClock();
        var babbling =
                new StillTransport(() -> {}) {
                    @Override
                    public int read(byte[] into, int at, int most, Duration wait) {
                        clock.advance(Duration.ofMillis(1));
                        return most;
                    }
                };
        var wire = new Wire(babbling, clock, new Talk());
        wire.begin(TIMEOUT, trace);
        assertThatThrownBy(() -> wire.awaitQuiet(Rtu.QUIET))
                .isInstanceOf(WrongAnswerException.class)
                .hasMessageContaining("second master");
    }

    @Test
    void aRefusalIsAnAnswer() throws Exception {
        peer.behave((request, _, out) -> out.write(RtuPeer.refusal(request, 2)));
        assertThatThrownBy(() -> read(TEN, PATIENT))
                .isInstanceOf(RefusalException.class)
                .hasMessage("exception 2 (illegal data address)");
        peer.behave();
        assertThat(read(TWENTY, PATIENT)).isEqualTo(1020);
        assertThat(peer.functions()).containsExactly(3, 3);
    }

    /** A transport that takes everything and says nothing. */
    private static class StillTransport implements Transport {
        private final Runnable onWrite;

        StillTransport(Runnable onWrite) {
            this.onWrite = onWrite;
        }

        @Override
        public boolean isOpen() {
            return true;
        }

        @Override
        public void open(Duration timeout) {}

        @Override
        public void write(byte[] bytes) {
            onWrite.run();
        }

        @Override
        public int read(byte[] into, int at, int most, Duration wait) {
            return 0;
        }

        @Override
        public int available() {
            return 0;
        }

        @Override
        public void close() {}
    }
}
