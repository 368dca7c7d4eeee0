package io.drme.cloud.grid;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.drme.cloud.config.CloudConfig;
import io.drme.config.PemTls;
import io.drme.testing.Certificates;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import javax.net.ssl.SSLException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Members' traffic over mutual TLS: Hazelcast's Community edition refuses TLS, and we put it under
 * it by an internal interface, so this says whether a version still has it.
 */
@Timeout(120)
class MemberTlsTest {
    private static final String TLS = ", tls: {certificate: %s, key: %s, ca: %s}";

    /** Strangers try for so long. */
    private static final int JOIN_SECONDS = 1;

    @TempDir private static Path folder;

    private static Certificates certificates;
    private static Path authority;
    private static Member first;
    private static List<Integer> ports;

    @BeforeAll
    static void startTheFirst() throws Exception {
        certificates = new Certificates(folder);
        certificates.make("one", "ip:127.0.0.1");
        certificates.make("two", "ip:127.0.0.1");
        certificates.make("stranger", "ip:127.0.0.1");
        certificates.make("elsewhere", "ip:127.0.0.9");
        authority = certificates.authority("members.pem", "one", "two", "elsewhere");
        ports = freePorts();
        first = start(0, tls("one", authority));
    }

    @AfterAll
    static void stop() {
        first.close();
    }

    private static List<Integer> freePorts() throws IOException {
        try (var one = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                var two = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                var three = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return List.of(one.getLocalPort(), two.getLocalPort(), three.getLocalPort());
        }
    }

    private static String tls(String name, Path authority) {
        return TLS.formatted(certificates.certificate(name), certificates.key(name), authority);
    }

    private static Member start(int number, String tls) throws Exception {
        var members = ports.stream().map(p -> "'127.0.0.1:" + p + "'").toList();
        var file =
                Files.writeString(
                        folder.resolve("cloud-" + number + ".yaml"),
                        "cluster: {name: tls, listen: '127.0.0.1:%d', members: %s%s}%nstore: {url: 'jdbc:postgresql://127.0.0.1/none'}%n"
                                .formatted(ports.get(number), members, tls));
        return Member.start(CloudConfig.read(file).cluster(), JOIN_SECONDS);
    }

    @Test
    void membersWithCertificatesOfTheAuthorityJoinAndShareEntries() throws Exception {
        assertThat(first.tooFew()).hasValueSatisfying(w -> assertThat(w).contains("sees 1"));
        try (var second = start(1, tls("two", authority))) {
            assertThat(second.inSight()).containsExactly(first.address(), second.address());
            assertThat(first.tooFew()).isEmpty();
            assertThat(first.isFirst()).isTrue();
            assertThat(second.isFirst()).isFalse();
            // More than a TLS record, in both directions.
            var map = second.instance().<Integer, byte[]>getMap("bytes");
            for (int i = 0; i < 20; i++) {
                map.set(i, new byte[100_000 + i]);
            }
            var seen = first.instance().<Integer, byte[]>getMap("bytes");
            for (int i = 0; i < 20; i++) {
                assertThat(seen.get(i)).hasSize(100_000 + i);
            }
        }
    }

    /** It stays alone, or gives up; never is it seen by the member that is there. */
    private static void assertStaysOut(String tls) throws Exception {
        try (var stranger = start(2, tls)) {
            assertThat(stranger.inSight()).hasSize(1);
        } catch (IllegalStateException e) {
            assertThat(e).hasMessageContaining("Node failed to start");
        }
        assertThat(first.inSight()).hasSize(1);
    }

    @Test
    void aStrangerStaysOut() throws Exception {
        long before = first.refusedConnections();
        // It trusts the members; they do not know its authority.
        var trusting = certificates.authority("all.pem", "one", "two", "stranger");
        assertStaysOut(tls("stranger", trusting));
        assertThat(first.refusedConnections()).isGreaterThan(before);
    }

    // By hand, as a member that is not let in tries for long.
    @Test
    void aCertificateThatNamesAnotherAddressIsCutOff() throws Exception {
        long before = first.refusedConnections();
        assertThat(said("elsewhere")).doesNotContain("HZC");
        assertThat(first.refusedConnections()).isGreaterThan(before);
        assertThat(said("two")).as("a member is answered").isEqualTo("HZC");
    }

    /** The first three bytes that the member says to who shows this certificate. */
    private static String said(String name) throws Exception {
        var context =
                PemTls.context(
                        PemTls.TLS_1_3,
                        Optional.of(authority),
                        Optional.of(certificates.certificate(name)),
                        Optional.of(certificates.key(name)));
        try (var socket =
                context.getSocketFactory()
                        .createSocket(InetAddress.getLoopbackAddress(), ports.getFirst())) {
            socket.setSoTimeout(60_000);
            socket.getOutputStream().write("HZC".getBytes(StandardCharsets.US_ASCII));
            return new String(socket.getInputStream().readNBytes(3), StandardCharsets.US_ASCII);
        } catch (SSLException e) {
            return e.toString();
        }
    }

    @Test
    void whoSpeaksHazelcastInTheClearIsCutOff() throws Exception {
        try (var socket = new Socket(InetAddress.getLoopbackAddress(), ports.getFirst())) {
            socket.setSoTimeout(60_000);
            socket.getOutputStream()
                    .write("HZCgive me everything".getBytes(StandardCharsets.US_ASCII));
            var answer = socket.getInputStream().readAllBytes();
            // At most a TLS alert; never Hazelcast's own "HZC".
            assertThat(new String(answer, StandardCharsets.ISO_8859_1)).doesNotContain("HZC");
        }
        assertThat(first.inSight()).hasSize(1);
    }

    @Test
    void aFileThatIsNoCertificateIsNamed() {
        var tls = TLS.formatted(folder.resolve("one.key"), folder.resolve("one.key"), authority);
        assertThatThrownBy(() -> start(2, tls))
                .hasMessageContaining("cluster.tls: certificate, key or ca can't be used");
    }
}
