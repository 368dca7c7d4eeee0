package io.drme.sync;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.drme.model.EpochId;
import io.drme.model.GatewayId;
import io.drme.model.StreamKind;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SealTest {
    private static final SigningKey KEY = SigningKey.make(new Random(1));
    private static final SigningKey OTHER = SigningKey.make(new Random(2));

    // RFC 8032, 7.1, tests 1 to 3: secret, public key, message, signature.
    @ParameterizedTest
    @CsvSource(
            nullValues = "-",
            value = {
                "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60,d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a,-,e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b",
                "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb,3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c,72,92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00",
                "c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7,fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025,af82,6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a"
            })
    void theKeysAreThoseOfTheStandard(
            String seed, String publicKey, String message, String signature) {
        var key = SigningKey.ofSeed(HexFormat.of().parseHex(seed));
        var statement = HexFormat.of().parseHex(message == null ? "" : message);
        assertThat(key.verifyKey()).isEqualTo(VerifyKey.parse(publicKey)).hasToString(publicKey);
        assertThat(HexFormat.of().formatHex(key.sign(statement))).isEqualTo(signature);
        assertThat(key.verifyKey().verifies(statement, HexFormat.of().parseHex(signature)))
                .isTrue();
    }

    @Test
    void aKeyIsNeverPrintedWithItsSecret() {
        assertThat(KEY).hasToString("key " + KEY.verifyKey().id());
    }

    private static List<byte[]> statements(int count) {
        var all = new ArrayList<byte[]>();
        for (int i = 0; i < count; i++) {
            all.add(("statement " + i).getBytes(StandardCharsets.UTF_8));
        }
        return all;
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 4, 5, 6, 7, 8, 9, 31, 33, 256})
    void oneSignatureSealsEachStatementAndNoOther(int count) {
        var statements = statements(count);
        var seals = Seal.all(Signatures.ED25519, KEY, statements);
        assertThat(seals).hasSize(count);
        for (int i = 0; i < count; i++) {
            if (i < 4 || i == count - 1) {
                var read = Seal.of(seals.get(i).bytes());
                assertThat(read.holds(Signatures.ED25519, KEY.verifyKey(), statements.get(i)))
                        .as("statement %d of %d", i, count)
                        .isTrue();
                var other = ("statement " + (i + 1)).getBytes(StandardCharsets.UTF_8);
                assertThat(read.holds(Signatures.ED25519, KEY.verifyKey(), other)).isFalse();
            }
        }
    }

    @Test
    void everyFlippedBitOfSealOrStatementIsSeen() {
        var statements = statements(5);
        var seal = Seal.all(Signatures.ED25519, KEY, statements).get(4);
        var statement = statements.get(4);
        var bytes = seal.bytes();
        var random = new Random(5);
        for (int i = 0; i < 60; i++) {
            int bit = random.nextInt(bytes.length * 8);
            var changed = bytes.clone();
            changed[bit / 8] ^= (byte) (1 << bit % 8);
            assertThat(holds(changed, statement)).as("bit %d", bit).isFalse();
        }
        var other = statement.clone();
        other[3] ^= 1;
        assertThat(holds(bytes, other)).isFalse();
        assertThat(holds(bytes, statement)).isTrue();
        assertThat(seal.holds(Signatures.ED25519, OTHER.verifyKey(), statement)).isFalse();
        assertThat(Seal.NONE.holds(Signatures.ED25519, KEY.verifyKey(), statement)).isFalse();
    }

    private static boolean holds(byte[] seal, byte[] statement) {
        try {
            return Seal.of(seal).holds(Signatures.ED25519, KEY.verifyKey(), statement);
        } catch (IllegalArgumentException _) {
            return false;
        }
    }

    @Test
    void bytesThatCanBeNoSealAreRefused() {
        var seal = Seal.of(Signatures.ED25519, KEY, new byte[] {1}).bytes();
        for (int length = 1; length < seal.length; length++) {
            var cut = Arrays.copyOf(seal, length);
            assertThatThrownBy(() -> Seal.of(cut)).isInstanceOf(IllegalArgumentException.class);
        }
        assertThatThrownBy(() -> VerifyKey.of(new byte[31]))
                .isInstanceOf(IllegalArgumentException.class);
    }

    // A receipt is of one gateway, one session, one range: nothing of it can be taken for another.
    @Test
    void aReceiptHoldsForNothingElse() {
        var gateway = new GatewayId("g1");
        var epoch = new EpochId(1, 2);
        var hash = ChainHash.parse("0a");
        var ranges = List.of(new Message.Receipted(1, 9, hash));
        var plain = new Message.Receipt(7, epoch, StreamKind.DATA, 99, ranges, 5_000, Seal.NONE);
        var seal = Seal.of(Signatures.ED25519, KEY, Statement.receipt(gateway, plain));
        var receipt = plain.with(seal);
        assertThat(receipt.holds(KEY.verifyKey(), gateway)).isTrue();
        assertThat(receipt.holds(KEY.verifyKey(), new GatewayId("g2"))).isFalse();
        var more = List.of(new Message.Receipted(1, 10, hash));
        var others =
                List.of(
                        new Message.Receipt(8, epoch, StreamKind.DATA, 99, ranges, 5_000, seal),
                        new Message.Receipt(
                                7, new EpochId(1, 3), StreamKind.DATA, 99, ranges, 5_000, seal),
                        new Message.Receipt(7, epoch, StreamKind.EVENTS, 99, ranges, 5_000, seal),
                        new Message.Receipt(7, epoch, StreamKind.DATA, 98, ranges, 5_000, seal),
                        new Message.Receipt(7, epoch, StreamKind.DATA, 99, more, 5_000, seal));
        assertThat(others).noneMatch(r -> r.holds(KEY.verifyKey(), gateway));
    }

    @Test
    void aKeyLeadsToAnotherOnlyThroughSignaturesOfEachBefore() {
        var first = CentreKeys.first(KEY);
        var third = first.rotated(new Random(3)).rotated(new Random(4));
        var now = third.current().verifyKey();
        assertThat(third.successions()).hasSize(2);
        assertThat(leads(KEY.verifyKey(), third, now)).isTrue();
        assertThat(leads(third.successions().getFirst().next(), third, now)).isTrue();
        assertThat(leads(OTHER.verifyKey(), third, now)).isFalse();
        assertThat(leads(KEY.verifyKey(), third, OTHER.verifyKey())).isFalse();
        // Back to a key that was given up: nothing vouches for it.
        assertThat(leads(now, third, KEY.verifyKey())).isFalse();
        var many = third;
        for (int i = 0; i < Limits.MAX_SUCCESSIONS; i++) {
            many = many.rotated(new Random(100 + i));
        }
        assertThat(many.successions()).hasSize(Limits.MAX_SUCCESSIONS);
        assertThat(leads(now, many, many.current().verifyKey())).isTrue();
        assertThat(leads(KEY.verifyKey(), many, many.current().verifyKey())).isFalse();
    }

    private static boolean leads(VerifyKey known, CentreKeys keys, VerifyKey to) {
        return CentreKeys.leads(Signatures.ED25519, known, keys.successions(), to);
    }
}
