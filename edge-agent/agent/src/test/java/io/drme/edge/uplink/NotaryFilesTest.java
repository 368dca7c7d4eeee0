package io.drme.edge.uplink;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.drme.model.GatewayId;
import io.drme.model.StreamKind;
import io.drme.sync.CentreKeys;
import io.drme.sync.LineBudget;
import io.drme.sync.Message;
import io.drme.sync.MessageCodec;
import io.drme.sync.Receiver;
import io.drme.sync.ReceiverSettings;
import io.drme.sync.Sender;
import io.drme.sync.SenderSettings;
import io.drme.sync.SigningKey;
import io.drme.testing.ManualClock;
import io.drme.testing.MemoryReceiverStore;
import io.drme.testing.MemorySenderLog;
import io.drme.testing.SimulatedNetwork;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NotaryFilesTest {
    private static final GatewayId GATEWAY = new GatewayId("press-line-1");

    @TempDir private Path data;
    private final ManualClock clock = new ManualClock();
    private final Random random = new Random(1);
    private final CentreKeys keys = CentreKeys.first(SigningKey.make(random));

    private NotaryFiles open() throws IOException {
        return NotaryFiles.open(data, GATEWAY, clock, random);
    }

    /** Sends two blocks to a centre with this key. */
    private Sender.State synced(NotaryFiles notary, CentreKeys with) {
        var network = new SimulatedNetwork(random, clock);
        var log = new MemorySenderLog(random);
        log.append(StreamKind.DATA, "id:1");
        log.append(StreamKind.DATA, "id:2");
        var sender =
                new Sender(
                        log,
                        notary,
                        network.line(GATEWAY),
                        clock,
                        SenderSettings.defaults(random.nextLong(), "box", "1", LineBudget.NONE));
        network.mend(GATEWAY);
        var receiver =
                new Receiver(
                        new MemoryReceiverStore(),
                        (_, _) -> io.drme.sync.ItemReader.Understood.PLAIN,
                        with,
                        clock,
                        ReceiverSettings.DEFAULTS);
        for (int i = 0; i < 30; i++) {
            clock.advance(Duration.ofMillis(500));
            while (sender.step()) {
                // until there is nothing to do
            }
            for (var answer : receiver.receive(network.arrived(100)).answers()) {
                network.down(GATEWAY, MessageCodec.encode(answer.message()));
            }
        }
        return sender.state();
    }

    @Test
    void keyPinAndReceiptsSurviveARestart() throws Exception {
        var notary = open();
        var own = notary.key().verifyKey();
        assertThat(synced(notary, keys).phase()).isEqualTo(Sender.Phase.SENDING);
        notary.close();
        var again = open();
        assertThat(again.key().verifyKey()).isEqualTo(own);
        assertThat(again.centre()).contains(keys.current().verifyKey());
        var receipt = Objects.requireNonNull(again.view().receipts().get(StreamKind.DATA));
        assertThat(receipt.ranges()).extracting(Message.Receipted::to).containsExactly(2L);
        assertThat(receipt.holds(keys.current().verifyKey(), GATEWAY)).isTrue();
        assertThat(
                        PosixFilePermissions.toString(
                                Files.getPosixFilePermissions(data.resolve("gateway.key"))))
                .isEqualTo("rw-------");
    }

    // A byte changed in the file: it is no evidence any more, and is not shown as such.
    @Test
    void aReceiptThatWasChangedOnDiskIsNotShown() throws Exception {
        var notary = open();
        synced(notary, keys);
        notary.close();
        var file = data.resolve("receipts");
        var text = Files.readString(file);
        for (int at : new int[] {10, 60, text.length() / 2, text.length() - 20}) {
            var changed = text.charAt(at) == 'a' ? 'b' : 'a';
            Files.writeString(file, text.substring(0, at) + changed + text.substring(at + 1));
            assertThat(open().view().receipts()).as("byte %d", at).isEmpty();
        }
        Files.writeString(file, text);
        assertThat(open().view().receipts()).isNotEmpty();
    }

    @Test
    void aStrangersKeyIsTakenOnceAPersonAcceptedIt() throws Exception {
        var notary = open();
        synced(notary, keys);
        var other = CentreKeys.first(SigningKey.make(random));
        var id = other.current().verifyKey().id();
        assertThat(notary.accept(id)).isFalse();
        assertThat(synced(notary, other).phase()).isEqualTo(Sender.Phase.REFUSED);
        assertThat(notary.view().stranger()).isEqualTo(other.current().verifyKey());
        assertThat(notary.accept(keys.current().verifyKey().id())).isFalse();
        assertThat(notary.accept(id)).isTrue();
        assertThat(synced(notary, other).phase()).isEqualTo(Sender.Phase.SENDING);
        assertThat(notary.view().stranger()).isNull();
        assertThat(open().centre()).contains(other.current().verifyKey());
    }

    @Test
    void filesThatCanNotBeUnderstoodAreNamedAndKept() throws Exception {
        open();
        Files.writeString(data.resolve("gateway.key"), "secret 00\n");
        assertThatThrownBy(this::open)
                .isInstanceOf(IOException.class)
                .hasMessageContaining("gateway.key");
        Files.delete(data.resolve("gateway.key"));
        open();
        Files.writeString(data.resolve("centre.pub"), "nonsense\n");
        assertThatThrownBy(this::open)
                .isInstanceOf(IOException.class)
                .hasMessageContaining("centre.pub");
    }
}
