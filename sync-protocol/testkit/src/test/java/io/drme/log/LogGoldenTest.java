package io.drme.log;

import static org.assertj.core.api.Assertions.assertThat;

import io.drme.block.BlockHash;
import io.drme.model.EpochId;
import io.drme.model.Event;
import io.drme.model.GatewayId;
import io.drme.model.StreamKind;
import io.drme.sync.RangeSet;
import io.drme.testing.SimulatedDisk;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** The bytes of docs/log.md. A change here is a change of format: raise its version. */
class LogGoldenTest {
    private static final EpochId EPOCH = new EpochId(0x0102030405060708L, 0x090a0b0c0d0e0f10L);

    @Test
    void aFrame() {
        var out = Frame.buffer(64);
        out.position(Frame.HEADER_BYTES);
        out.put(new byte[] {1, 2, 3});
        Frame.seal(out, 0, 0x1000);
        assertThat(hex(out.flip()))
                .isEqualTo("6b547ce7" + "03000000" + "0010000000000000" + "0102030000000000");
    }

    @Test
    void aSegmentHeaderAnItemAndAFooter() throws Exception {
        var segment = new Segment("data", 7, 0x4000);
        assertThat(segment.path).isEqualTo("data/0000000007-0000000000004000.seg");
        assertThat(hex(segment.header(StreamKind.DATA, EPOCH))).isEqualTo(HEADER);

        var head = new ItemHead(9, 100, 3, 11, 12, 13, 0x200);
        var out = Frame.buffer(128);
        head.putInto(out, 0, segment.base + segment.end, 2);
        out.put(new byte[] {1, 2});
        Frame.seal(out, 0, segment.base + segment.end);
        int bytes = out.position();
        assertThat(hex(out.flip())).isEqualTo(ITEM);

        segment.note(head, segment.end, segment.end + bytes, new BlockHash(1, 2));
        assertThat(hex(segment.footer())).isEqualTo(FOOTER);
    }

    @Test
    void anEvent() {
        var event = new Event(5, "drop", 4, 1, new byte[] {7}, Map.of("k", "v"));
        var item = new EventItem(new GatewayId("g"), EPOCH, 1, BlockHash.NONE, event);
        assertThat(HexFormat.of().formatHex(item.encode())).isEqualTo(EVENT);
    }

    @Test
    void marks() throws Exception {
        var disk = new SimulatedDisk(new Random(1));
        var state = new StoreState();
        state.bootCount = 2;
        state.hlcMark = 3;
        state.read = 300;
        state.acceptedData = 300;
        state.stream(StreamKind.DATA).last = 4;
        state.stream(StreamKind.DATA).acknowledged = RangeSet.of(1, 3);
        new Marks(disk, EPOCH).write(new Marks.Mark(state, 0x80, true));
        assertThat(HexFormat.of().formatHex(disk.bytes(EPOCH + "/marks-1"))).isEqualTo(MARKS);
    }

    @Test
    void aCommit() {
        var out = Frame.buffer(128);
        var state = new StoreState();
        state.bootCount = 2;
        new JournalFrame(state, false, List.of(new byte[] {9}), null, null, null)
                .putInto(out, 0x40);
        assertThat(hex(out.flip())).isEqualTo(COMMIT);
    }

    @Test
    void aCommitThatTellsHowFarWhatIsGivenUpReached() {
        var out = Frame.buffer(256);
        var state = new StoreState();
        state.stream(StreamKind.DATA).gone = new StreamTip(4, new BlockHash(1, 2), 300, 0x80);
        new JournalFrame(state, true, List.of(), null, null, null).putInto(out, 0x40);
        assertThat(hex(out.flip())).isEqualTo(COMMIT_WITH_TIPS);
    }

    private static String hex(java.nio.ByteBuffer bytes) {
        var copy = new byte[bytes.remaining()];
        bytes.get(0, copy);
        return HexFormat.of().formatHex(copy);
    }

    private static final String HEADER =
            "312b81a51f00000000400000000000000144524d4c01020807060504030201100f0e0d0c0b0a09070000000000000000";
    private static final String ITEM =
            "e39783913b00000030400000000000000209000000000000006400000000000000030000000b000000000000000c000000000000000d000000000000000002000000000000e79a275d01020000000000";
    private static final String FOOTER =
            "afd9001833000000804000000000000003038004670b000000000000000c000000000000000d000000000000000000000000000001000000000000000201090001093000000000008000000000000000a7e286e144524d54";
    private static final String EVENT =
            "444d56450101670807060504030201100f0e0d0c0b0a09010000000000000000000000000000000000000000000000010a0864726f700802020702026b027600";
    private static final String MARKS =
            "af81c6e86c000000010000000000000044524d4d010180000000000000000203000000000000000000ac020000ac02000000000000000000000101020000000000000000000000000000000000000000000000000000040000000000000000000000000000000000000000000000000000000000000000000000000000000000";
    private static final String COMMIT_WITH_TIPS =
            "02214000000000000000000400000000000000010000000000000002ac028001000000000000000000000000000000000000000000000000000000000000000000001d99fb23";
    private static final String COMMIT =
            "020240000000000000000200000000000000000000000000000000000000000101000000092e9bb0b9";
}
