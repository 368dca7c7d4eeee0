package io.drme.fuzz;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.github.luben.zstd.Zstd;
import com.sun.management.ThreadMXBean;
import io.drme.block.BadBlockException;
import io.drme.block.TickFrameReader;
import io.drme.config.Problems;
import io.drme.config.YamlReader;
import io.drme.schema.BadEventException;
import io.drme.schema.EventCodec;
import io.drme.schema.Payloads;
import io.drme.sync.MessageCodec;
import io.drme.web.HostileBodies;
import io.drme.web.ProblemException;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

/**
 * Decompression bombs, lying lengths, deep nesting, huge frames: refused before the memory is taken
 * that they ask for. What a thread allocates is measured.
 */
class HostileInputTest {
    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    private static final long SMALL = 256 << 10;

    /** Bytes allocated by the second run: the first one loads classes. */
    private static long allocated(ThrowingCallable work) throws Throwable {
        work.call();
        long before = THREADS.getCurrentThreadAllocatedBytes();
        work.call();
        return THREADS.getCurrentThreadAllocatedBytes() - before;
    }

    private static ByteBuffer frame(int claimed, byte[] zstd) {
        var frame = ByteBuffer.allocate(16 + zstd.length);
        // The head of a key frame, and the bit that says it is compressed.
        var key = Fuzzing.hex("sync-protocol/core/src/test/resources/golden/frame-key.hex");
        frame.put((byte) (key[0] | 2));
        for (int left = claimed; ; left >>>= 7) {
            if (left < 0x80) {
                frame.put((byte) left);
                break;
            }
            frame.put((byte) (left | 0x80));
        }
        return frame.put(zstd).flip();
    }

    @Test
    void aFrameThatClaimsMoreThanItsBytesCanBecomeTakesNoMemory() throws Throwable {
        var lying = frame(16 << 20, new byte[20]);

        assertThat(
                        allocated(() ->
                                assertThatThrownBy(() -> new TickFrameReader().open(lying))
                                        .isInstanceOf(BadBlockException.class)
                                        .hasMessageContaining("can't become")))
                .isLessThan(SMALL + (1 << 20));
    }

    @Test
    void aFrameThatIsABombTakesNoMoreThanTheLimitOfAFrame() throws Throwable {
        var bomb = frame(16 << 20, Zstd.compress(new byte[16 << 20]));

        assertThat(
                        allocated(() ->
                                assertThatThrownBy(() -> new TickFrameReader().open(bomb))
                                        .isInstanceOf(BadBlockException.class)))
                .isLessThan((16 << 20) + SMALL + (1 << 20));
    }

    @Test
    void aMessageThatClaimsTwoGigabytesTakesNoMemory() throws Throwable {
        for (int claim : new int[] {Integer.MAX_VALUE, 1 << 24, -1}) {
            var message = ByteBuffer.allocate(64).putShort((short) 0x4453);
            message.put((byte) MessageCodec.VERSION).put((byte) 3).putLong(7);
            message.putInt(claim).putInt(claim);

            assertThat(
                            allocated(() ->
                                    assertThat(MessageCodec.decode(message.array()))
                                            .isInstanceOf(MessageCodec.Damaged.class)))
                    .isLessThan(SMALL);
        }
    }

    @Test
    void anEventThatClaimsLongTextsTakesNoMemory() throws Throwable {
        var event = Fuzzing.hex("sync-protocol/core/src/test/resources/golden/event-06-tags.hex");
        for (int at = 0; at + 5 <= event.length; at++) {
            var lying = event.clone();
            // The largest number of five bytes, wherever a length or a count may stand.
            for (int i = 0; i < 5; i++) {
                lying[at + i] = (byte) (i == 4 ? 0x7F : 0xFF);
            }
            assertThat(
                            allocated(() -> {
                                try {
                                    Payloads.of(EventCodec.decode(lying));
                                } catch (BadEventException _) {
                                    // As it should be; where the bytes were text, it is good.
                                }
                            }))
                    .as("lie at byte %d", at)
                    .isLessThan(SMALL);
        }
    }

    @Test
    void aliasesThatMultiplyAreOneProblem() throws Throwable {
        var laughs = new StringBuilder("a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n");
        for (int i = 1; i < 40; i++) {
            laughs.append(
                    "a%d: &a%d [%s*a%d]\n"
                            .formatted(i, i, ("*a" + (i - 1) + ", ").repeat(9), i - 1));
        }
        assertThat(allocated(() -> refusesYaml(laughs.toString()))).isLessThan(128 << 20);
    }

    @Test
    void nestingWithoutEndIsAProblem() throws Throwable {
        for (var open : new String[] {"[", "{a: ", "- "}) {
            var deep = "a: " + (open.equals("- ") ? "\n" : "") + open.repeat(100_000);
            assertThat(allocated(() -> refusesYaml(deep))).as(open).isLessThan(256 << 20);
        }
    }

    private static void refusesYaml(String yaml) {
        var problems = new Problems();
        YamlReader.parse("hostile.yaml", yaml, problems);
        assertThat(problems.none()).isFalse();
    }

    @Test
    void aBodyNestedWithoutEndIsRefusedBeforeItIsParsed() throws Throwable {
        for (var open : new String[] {"[", "{\"comment\":"}) {
            var body = ("{\"comment\":" + open.repeat(50_000)).getBytes(StandardCharsets.UTF_8);
            assertThat(allocated(() -> refusesBody(body, "nested too deeply")))
                    .isLessThan(SMALL + 2L * body.length);
        }
    }

    @Test
    void aNumberWithoutEndIsNoNumber() throws Throwable {
        for (var number : new String[] {"9".repeat(100_000), "1e" + "9".repeat(50_000)}) {
            var body = ("{\"comment\":" + number + "}").getBytes(StandardCharsets.UTF_8);
            assertThat(allocated(() -> refusesBody(body, "")))
                    .isLessThan(SMALL + 20L * body.length);
        }
    }

    private static void refusesBody(byte[] body, String why) {
        assertThatThrownBy(() -> HostileBodies.read(body))
                .isInstanceOf(ProblemException.class)
                .hasMessageContaining(why);
    }
}
