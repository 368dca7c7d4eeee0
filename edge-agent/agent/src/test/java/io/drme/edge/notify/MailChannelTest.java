package io.drme.edge.notify;

import static org.assertj.core.api.Assertions.assertThat;

import io.drme.alarm.Priority;
import io.drme.edge.notify.NotificationConfig.Email;
import io.drme.edge.notify.SmtpPeer.Kind;
import io.drme.testing.Certificates;
import io.drme.testing.ManualClock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Mail to a server that we did not write, with TLS and sign-in. */
class MailChannelTest {
    @TempDir private static Path folder;

    private static Certificates certificates;

    private final MailProgress progress = new MailProgress();

    @BeforeAll
    static void makeCertificates() throws Exception {
        certificates = new Certificates(folder);
        certificates.make("mail", "dns:localhost,ip:127.0.0.1");
        certificates.make("stranger", "dns:localhost");
        Files.writeString(folder.resolve("secret"), SmtpPeer.PASSWORD + "\n");
        Files.writeString(folder.resolve("wrong"), "not-this\n");
    }

    private Outcome send(
            int port, boolean tls, String secret, String authority, Language language, String... to)
            throws Exception {
        boolean signsIn = !secret.isEmpty();
        var email =
                new Email(
                        "localhost",
                        port,
                        tls,
                        authority.isEmpty()
                                ? Optional.empty()
                                : Optional.of(certificates.certificate(authority)),
                        signsIn ? Optional.of(SmtpPeer.USER) : Optional.empty(),
                        signsIn ? Optional.of(folder.resolve(secret)) : Optional.empty(),
                        "drme@acme.example",
                        List.of(to));
        var config =
                new NotificationConfig(
                        "shift",
                        email,
                        Alarming.all(),
                        NotificationConfig.Limits.defaults(),
                        language);
        var channel =
                new MailChannel(
                        config,
                        email,
                        new Words("press-line-1", "acme/hall"),
                        new ManualClock(),
                        new SecretText(folder.resolve("data")),
                        progress);
        return channel.send(Message.of(Alarming.notice(7, Priority.HIGH), 0), "e.7.shift");
    }

    @ParameterizedTest
    @EnumSource(
            value = Kind.class,
            names = {"STARTTLS", "SMTPS"})
    void anAlarmArrivesWithWhatToDoOverTlsAndWithSignIn(Kind kind) throws Exception {
        try (var peer = new SmtpPeer(kind, certificates)) {
            var outcome =
                    send(
                            peer.port(),
                            kind == Kind.SMTPS,
                            "secret",
                            "mail",
                            Language.EN,
                            "anna@acme.example");

            assertThat(outcome).isInstanceOf(Outcome.Sent.class);
            var mail = peer.mails().getFirst();
            assertThat(mail.getSubject())
                    .isEqualTo(
                            "[press-line-1] HIGH raised: Oil is too hot (press-3/oil/temperature)");
            assertThat((String) mail.getContent())
                    .contains("What to do: Stop the press", "Value: 83.5 Cel", "acme/hall");
            assertThat(mail.getMessageID()).isEqualTo("<e.7.shift@press-line-1>");
            assertThat(mail.getHeader("References")).containsExactly("<o7@press-line-1>");
            assertThat(mail.getHeader("Auto-Submitted")).containsExactly("auto-generated");
        }
    }

    @Test
    void inGermanItIsUtf8() throws Exception {
        try (var peer = new SmtpPeer(Kind.OPEN, certificates)) {
            send(peer.port(), false, "", "", Language.DE, "anna@acme.example");

            var mail = peer.mails().getFirst();
            assertThat(mail.getSubject()).contains("HOCH ausgelöst: Oil is too hot");
            assertThat((String) mail.getContent()).contains("Was zu tun ist: Stop the press");
        }
    }

    @Test
    void aWrongPasswordIsTriedAgainSaysSoAndIsNotPrinted() throws Exception {
        try (var peer = new SmtpPeer(Kind.STARTTLS, certificates)) {
            var outcome =
                    send(peer.port(), false, "wrong", "mail", Language.EN, "anna@acme.example");

            assertThat(outcome).isInstanceOf(Outcome.Failed.class);
            assertThat(outcome.toString())
                    .contains("does not let us sign in", "password-file")
                    .doesNotContain("not-this");
            assertThat(peer.mails()).isEmpty();
        }
    }

    @Test
    void aCertificateOfSomebodyElseIsNotTrusted() throws Exception {
        try (var peer = new SmtpPeer(Kind.STARTTLS, certificates)) {
            var outcome =
                    send(
                            peer.port(),
                            false,
                            "secret",
                            "stranger",
                            Language.EN,
                            "anna@acme.example");

            assertThat(outcome.toString()).contains("no TLS", "Check ca");
            assertThat(peer.mails()).isEmpty();
        }
    }

    // Somebody on the line may strike STARTTLS out of what the server offers.
    @Test
    void withACaNothingGoesInTheClear() throws Exception {
        try (var peer = new SmtpPeer(Kind.OPEN, certificates)) {
            var outcome = send(peer.port(), false, "", "mail", Language.EN, "anna@acme.example");

            assertThat(outcome).isInstanceOf(Outcome.Failed.class);
            assertThat(outcome.toString()).contains("offers no TLS");
            assertThat(peer.mails()).isEmpty();
        }
    }

    @Test
    void anAddressThatDoesNotExistIsRefusedAndABusyOneTriedAgain() throws Exception {
        try (var peer = new SmtpPeer(Kind.OPEN, certificates)) {
            assertThat(send(peer.port(), false, "", "", Language.EN, "nobody@acme.example"))
                    .isInstanceOf(Outcome.Refused.class);
            assertThat(send(peer.port(), false, "", "", Language.EN, "busy@acme.example"))
                    .isInstanceOf(Outcome.Failed.class);
        }
    }

    // Planted: what the server has for one address is sent.
    @Test
    void ofSeveralAddressesABusyOneIsTriedAgainAndTheOthersGetItOnce() throws Exception {
        try (var peer = new SmtpPeer(Kind.OPEN, certificates)) {
            for (int i = 0; i < 2; i++) {
                var outcome =
                        send(
                                peer.port(),
                                false,
                                "",
                                "",
                                Language.EN,
                                "anna@acme.example",
                                "busy@acme.example",
                                "nobody@acme.example");

                assertThat(outcome).isInstanceOf(Outcome.Failed.class);
                assertThat(outcome.toString()).contains("busy@acme.example", "try again later");
                assertThat(peer.mails()).hasSize(1);
            }
        }
    }

    @Test
    void ofSeveralAddressesOneThatIsRefusedIsNamedAsLost() throws Exception {
        try (var peer = new SmtpPeer(Kind.OPEN, certificates)) {
            var outcome =
                    send(
                            peer.port(),
                            false,
                            "",
                            "",
                            Language.EN,
                            "anna@acme.example",
                            "nobody@acme.example");

            assertThat(outcome)
                    .isInstanceOfSatisfying(
                            Outcome.Sent.class,
                            s ->
                                    assertThat(s.lost())
                                            .contains("nobody@acme.example", "no such user here")
                                            .doesNotContain("anna"));
        }
    }

    @Test
    void aServerThatIsNotThereIsTriedAgain() throws Exception {
        int port;
        try (var peer = new SmtpPeer(Kind.OPEN, certificates)) {
            port = peer.port();
        }

        var outcome = send(port, false, "", "", Language.EN, "anna@acme.example");

        assertThat(outcome).isInstanceOf(Outcome.Failed.class);
        assertThat(outcome.toString()).contains("Check that the server runs");
    }
}
