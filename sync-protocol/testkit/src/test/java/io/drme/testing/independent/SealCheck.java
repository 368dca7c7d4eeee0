package io.drme.testing.independent;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.MessageDigest;
import java.security.Signature;
import java.security.spec.X509EncodedKeySpec;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;

/** Whether a seal is of a key and a statement. */
final class SealCheck {
    private static final String ED25519_PREFIX = "302a300506032b6570032100";

    private SealCheck() {}

    static byte[] label(String what) {
        return ("DRME " + what + " 1\0").getBytes(StandardCharsets.US_ASCII);
    }

    static byte[] joined(List<byte[]> parts) {
        var all = new byte[parts.stream().mapToInt(p -> p.length).sum()];
        int at = 0;
        for (var part : parts) {
            System.arraycopy(part, 0, all, at, part.length);
            at += part.length;
        }
        return all;
    }

    static boolean holds(byte[] seal, byte[] key, byte[] statement) {
        try {
            var in = new Cursor(seal);
            if (!Arrays.equals(in.take(8), Arrays.copyOf(sha256(key), 8))) {
                return false;
            }
            int hashes = in.u8();
            long left = in.big(2);
            var node = sha256(new byte[] {0}, statement);
            for (int i = 0; i < hashes; i++) {
                var beside = in.take(32);
                node =
                        ((left >> i) & 1) == 1
                                ? sha256(new byte[] {1}, beside, node)
                                : sha256(new byte[] {1}, node, beside);
            }
            var signature = in.take(64);
            in.end("seal");
            var verifier = Signature.getInstance("Ed25519");
            var encoded = joined(List.of(HexFormat.of().parseHex(ED25519_PREFIX), key));
            verifier.initVerify(
                    KeyFactory.getInstance("Ed25519")
                            .generatePublic(new X509EncodedKeySpec(encoded)));
            verifier.update(label("seal"));
            verifier.update(node);
            return verifier.verify(signature);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private static byte[] sha256(byte[]... parts) throws GeneralSecurityException {
        return MessageDigest.getInstance("SHA-256").digest(joined(List.of(parts)));
    }
}
