package io.drme.edge.notify;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.drme.config.PemTls;
import io.drme.edge.notify.NotificationConfig.Email;
import io.drme.time.Clock;
import jakarta.mail.Address;
import jakarta.mail.AuthenticationFailedException;
import jakarta.mail.Message.RecipientType;
import jakarta.mail.MessagingException;
import jakarta.mail.SendFailedException;
import jakarta.mail.Session;
import jakarta.mail.Transport;
import jakarta.mail.internet.AddressException;
import jakarta.mail.internet.InternetAddress;
import jakarta.mail.internet.MimeMessage;
import java.io.IOException;
import java.net.UnknownHostException;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Optional;
import java.util.Properties;
import java.util.stream.Collectors;
import javax.net.ssl.SSLException;
import org.eclipse.angus.mail.smtp.SMTPAddressFailedException;
import org.eclipse.angus.mail.smtp.SMTPSendFailedException;
import org.eclipse.angus.mail.smtp.SMTPSenderFailedException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Sends mail by SMTP, over TLS from the first byte or by STARTTLS. */
final class MailChannel implements Channel {
    private static final int MILLIS = 1_000;
    private static final int FIRST_TEMPORARY = 400;
    private static final int FIRST_PERMANENT = 500;

    private static final Logger log = LoggerFactory.getLogger(MailChannel.class);

    private final NotificationConfig config;
    private final Email email;
    private final Words words;
    private final Clock clock;
    private final SecretText secrets;
    private final MailProgress progress;

    MailChannel(
            NotificationConfig config,
            Email email,
            Words words,
            Clock clock,
            SecretText secrets,
            MailProgress progress) {
        this.config = config;
        this.email = email;
        this.words = words;
        this.clock = clock;
        this.secrets = secrets;
        this.progress = progress;
    }

    @Override
    public Outcome send(Message message, String id) {
        try {
            var session = Session.getInstance(properties());
            var mail = mail(session, message, id);
            var transport = session.getTransport(email.tls() ? "smtps" : "smtp");
            try {
                var user = email.user();
                var password = email.passwordFile();
                transport.connect(
                        email.host(),
                        email.port(),
                        user.orElse(null),
                        password.isPresent()
                                ? secrets.read("password-file", password.get())
                                : null);
                transport.sendMessage(mail, lacking(id));
                return new Outcome.Sent("the server has it for " + email.target());
            } finally {
                close(transport);
            }
        } catch (MessagingException e) {
            return failed(e, id);
        } catch (IOException e) {
            return new Outcome.Failed(String.valueOf(e.getMessage()), "", Optional.empty());
        }
    }

    /** The server's word on the mail stands; how it parts from us changes nothing. */
    private static void close(Transport transport) {
        try {
            transport.close();
        } catch (MessagingException e) {
            log.debug("mail server parts badly: {}", e.getMessage());
        }
    }

    private Properties properties() throws IOException {
        var p = new Properties();
        var prefix = email.tls() ? "mail.smtps." : "mail.smtp.";
        p.put(prefix + "connectiontimeout", Integer.toString(CONNECT_SECONDS * MILLIS));
        p.put(prefix + "timeout", Integer.toString(CONNECT_SECONDS * MILLIS));
        p.put(prefix + "writetimeout", Integer.toString(CONNECT_SECONDS * MILLIS));
        p.put(prefix + "auth", Boolean.toString(email.user().isPresent()));
        p.put(prefix + "sendpartial", "true");
        p.put(prefix + "quitwait", "false");
        p.put(prefix + "localhost", "localhost");
        p.put(prefix + "ssl.checkserveridentity", "true");
        p.put(prefix + "starttls.enable", "true");
        // Nobody between us and the server may talk us out of it.
        boolean required = !email.tls() && !NotificationReader.isLoopback(email.host());
        p.put(prefix + "starttls.required", Boolean.toString(required || email.ca().isPresent()));
        p.put(
                prefix + "ssl.socketFactory",
                PemTls.context(
                                PemTls.TLS_1_2_OR_NEWER,
                                email.ca(),
                                Optional.empty(),
                                Optional.empty())
                        .getSocketFactory());
        return p;
    }

    private MimeMessage mail(Session session, Message message, String id)
            throws MessagingException {
        var mail = new Identified(session, "<" + id + "@" + words.gateway() + ">");
        mail.setFrom(new InternetAddress(email.from()));
        for (var to : email.to()) {
            mail.addRecipient(RecipientType.TO, new InternetAddress(to));
        }
        mail.setSubject(words.subject(message, config.language(), config.name()), UTF_8.name());
        mail.setText(words.text(message, config.language(), config.name()), UTF_8.name());
        mail.setHeader(
                "Date",
                DateTimeFormatter.RFC_1123_DATE_TIME.format(
                        Instant.EPOCH.plusNanos(clock.epochNanos()).atOffset(ZoneOffset.UTC)));
        mail.setHeader("Auto-Submitted", "auto-generated"); // RFC 3834: no holiday replies
        mail.setHeader("X-DRME-Id", id);
        if (message.kind() == Message.Kind.ALARM) {
            // What belongs to one occurrence stands together in a mail program.
            var thread = "<" + message.top().getFirst().alarm() + "@" + words.gateway() + ">";
            mail.setHeader("In-Reply-To", thread);
            mail.setHeader("References", thread);
        }
        return mail;
    }

    /** A mail whose id is ours, so that a second one is known as the same. */
    private static final class Identified extends MimeMessage {
        private final String id;

        Identified(Session session, String id) {
            super(session);
            this.id = id;
        }

        @Override
        protected void updateMessageID() throws MessagingException {
            setHeader("Message-ID", id);
        }
    }

    private Outcome failed(MessagingException e, String id) {
        var server = email.host() + ":" + email.port();
        if (e instanceof AuthenticationFailedException) {
            return new Outcome.Failed(
                    server + " does not let us sign in",
                    "Check user and what stands in password-file",
                    Optional.empty());
        }
        if (e instanceof SendFailedException sent) {
            return sendFailed(sent, server, id);
        }
        for (Throwable cause = e; cause != null; cause = cause.getCause()) {
            if (cause instanceof SSLException) {
                return new Outcome.Failed(
                        "%s: no TLS (%s)".formatted(server, cause.getMessage()),
                        "Check ca, the name in the server's certificate, and smtps:// against smtp://",
                        Optional.empty());
            }
            if (cause instanceof UnknownHostException) {
                return new Outcome.Failed(
                        server + ": the name is not known",
                        "Check host in server, and the name server",
                        Optional.empty());
            }
        }
        boolean noStarttls = String.valueOf(e.getMessage()).contains("STARTTLS");
        return new Outcome.Failed(
                "%s: %s".formatted(server, e.getMessage()),
                noStarttls
                        ? "The server offers no TLS; use one that does, or smtps:// and its port"
                        : "Check that the server runs, host and port of server, and that a firewall lets us through",
                Optional.empty());
    }

    /** Who does not have it yet. */
    private InternetAddress[] lacking(String id) throws AddressException {
        var had = progress.of(config.name(), id);
        var lacking = new ArrayList<InternetAddress>();
        for (var to : email.to()) {
            if (!had.contains(to)) {
                lacking.add(new InternetAddress(to));
            }
        }
        return lacking.toArray(InternetAddress[]::new);
    }

    private Outcome sendFailed(SendFailedException e, String server, String id) {
        var sent = e.getValidSentAddresses();
        if (sent != null && sent.length > 0) {
            var now = Arrays.stream(sent).map(Address::toString).collect(Collectors.toSet());
            progress.add(config.name(), id, now);
        }
        var had = progress.of(config.name(), id);
        var lacking = email.to().stream().filter(to -> !had.contains(to)).toList();
        var why =
                had.isEmpty()
                        ? "%s does not take it: %s".formatted(server, said(e))
                        : "%s does not take it for %s: %s"
                                .formatted(server, String.join(", ", lacking), said(e));
        if (isTemporary(e) || code(e) < FIRST_PERMANENT) {
            return new Outcome.Failed(why, "", Optional.empty());
        }
        return had.isEmpty()
                ? new Outcome.Refused(why, "Check from and to, and what the server allows them")
                : new Outcome.Sent("the server has it for " + String.join(", ", had), why);
    }

    /** Whether the server may take it later, for one of the addresses at least. */
    private static boolean isTemporary(SendFailedException e) {
        for (Exception at = e; at != null; ) {
            int code =
                    switch (at) {
                        case SMTPAddressFailedException a -> a.getReturnCode();
                        case SMTPSendFailedException f -> f.getReturnCode();
                        default -> 0;
                    };
            if (code >= FIRST_TEMPORARY && code < FIRST_PERMANENT) {
                return true;
            }
            at = at instanceof MessagingException m ? m.getNextException() : null;
        }
        return false;
    }

    /** The server's code, of the first address that has one; 0 where none was told. */
    private static int code(Exception e) {
        return switch (e) {
            case SMTPAddressFailedException a -> a.getReturnCode();
            case SMTPSenderFailedException s -> s.getReturnCode();
            case MessagingException m
                    when m.getNextException() != null && code(m.getNextException()) > 0 ->
                    code(m.getNextException());
            case SMTPSendFailedException f -> f.getReturnCode();
            default -> 0;
        };
    }

    private static String said(Exception e) {
        var next = e instanceof MessagingException m ? m.getNextException() : null;
        return String.valueOf((next == null ? e : next).getMessage())
                .replaceAll("\\s+", " ")
                .strip();
    }
}
