package io.drme.cloud.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.drme.model.EpochId;
import io.drme.model.StreamKind;
import io.drme.schema.EpochEnded;
import io.drme.sync.ChainHash;
import io.drme.sync.Item;
import io.drme.sync.ItemReader;
import io.drme.sync.ReceiverStore.Closure;
import io.drme.sync.StreamId;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ContentReaderTest {
    private static final EpochId FIRST = new EpochId(1, 1);
    private static final EpochId SECOND = new EpochId(2, 2);

    private final FakeGateway gateway = new FakeGateway("press-line-1", SECOND, 1, 4);
    private final ContentReader reader = new ContentReader();

    /** The same, as it comes when it was framed before in another epoch. */
    private static Item framedAnew(Item item) {
        return new Item(
                item.epoch(),
                item.stream(),
                item.sequence(),
                item.samples(),
                item.previous(),
                item.hash(),
                new Item.Origin(FIRST, 77, ChainHash.parse("00112233445566778899aabbccddeeff")),
                item.payload());
    }

    // A gateway that opens a new epoch frames blocks and events anew, number and chain in them too.
    // They were all quarantined as coming under a wrong number: found by the simulation.
    @Test
    void whatIsFramedAnewSaysItsNewNumber() {
        assertThat(reader.read(gateway.id(), framedAnew(gateway.block(5))))
                .isEqualTo(ItemReader.Understood.PLAIN);
        assertThat(reader.read(gateway.id(), framedAnew(gateway.catalogue("site", Map.of()))))
                .isEqualTo(ItemReader.Understood.PLAIN);
    }

    // A centre that was restored lacks what a gateway has released long ago, of an epoch of which
    // no hello speaks any more: that was lost without a word.
    @Test
    void whatWasHeldOfAnEpochThatIsOverIsClosedWhereItIsLost() {
        var ended = new EpochEnded(FIRST.toString(), StreamKind.DATA, "1-4,9");
        var id = new StreamId(gateway.id(), FIRST, StreamKind.DATA);
        assertThat(reader.read(gateway.id(), gateway.event(ended, Map.of())))
                .isEqualTo(
                        new ItemReader.Understood(
                                List.of(
                                        new Closure(id, 1, 4, 0, ChainHash.NONE, "epoch-ended"),
                                        new Closure(id, 9, 9, 0, ChainHash.NONE, "epoch-ended")),
                                List.of()));
        var strange = new EpochEnded("no epoch", StreamKind.DATA, "1-4");
        assertThat(reader.read(gateway.id(), gateway.event(strange, Map.of())))
                .isInstanceOf(ItemReader.Unreadable.class);
    }

    @Test
    void whatSaysAnotherNumberThanItsOwnIsNotUnderstood() {
        var item = gateway.block(5);
        var wrong =
                new Item(
                        item.epoch(),
                        item.stream(),
                        item.sequence() + 1,
                        item.samples(),
                        item.previous(),
                        item.hash(),
                        item.payload());
        assertThat(reader.read(gateway.id(), wrong)).isInstanceOf(ItemReader.Unreadable.class);
    }
}
