package io.drme.edge.notify;

import io.drme.config.PemTls;
import io.drme.testing.Certificates;
import jakarta.mail.Session;
import jakarta.mail.internet.MimeMessage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Properties;
import java.util.concurrent.CopyOnWriteArrayList;
import javax.net.ssl.SSLContext;
import org.subethamail.smtp.MessageHandler;
import org.subethamail.smtp.RejectException;
import org.subethamail.smtp.auth.EasyAuthenticationHandlerFactory;
import org.subethamail.smtp.auth.LoginFailedException;
import org.subethamail.smtp.server.SMTPServer;

/** A real mail server that we did not write, on a port of this machine. */
public final class SmtpPeer implements AutoCloseable {
    /** Whom it lets in. */
    public static final String USER = "drme";

    /** With this. */
    public static final String PASSWORD = "s3cret-mail";

    private static final int REJECTED = 550;
    private static final int BUSY = 451;

    private final SMTPServer server;
    private final List<byte[]> mails = new CopyOnWriteArrayList<>();

    /** How it is set up. */
    public enum Kind {
        /** Demands STARTTLS and a sign-in. */
        STARTTLS,
        /** TLS from the first byte, and a sign-in. */
        SMTPS,
        /** No TLS, no sign-in. */
        OPEN
    }

    /**
     * Starts it.
     *
     * @param certificates has one called {@code mail}
     */
    public SmtpPeer(Kind kind, Certificates certificates) throws IOException {
        var builder =
                new SMTPServer.Builder()
                        .bindAddress(InetAddress.getLoopbackAddress())
                        .port(0)
                        .hostName("localhost")
                        .messageHandlerFactory(_ -> new Receiving());
        if (kind != Kind.OPEN) {
            builder.requireAuth()
                    .authenticationHandlerFactory(
                            new EasyAuthenticationHandlerFactory((user, password, _) -> {
                                if (!user.equals(USER) || !password.equals(PASSWORD)) {
                                    throw new LoginFailedException();
                                }
                            }));
        }
        switch (kind) {
            case STARTTLS ->
                    builder.enableTLS()
                            .requireTLS()
                            .startTlsSocketFactory(context(certificates), false);
            case SMTPS -> builder.serverSocketFactory(context(certificates));
            case OPEN -> {}
        }
        server = builder.build();
        server.start();
    }

    /** Refuses an address when it is named, and takes the mail for the others. */
    private final class Receiving implements MessageHandler {
        @Override
        public void from(String from) {}

        @Override
        public void recipient(String to) throws RejectException {
            if (to.startsWith("nobody@")) {
                throw new RejectException(REJECTED, "no such user here");
            }
            if (to.startsWith("busy@")) {
                throw new RejectException(BUSY, "try again later");
            }
        }

        @Override
        public String data(InputStream data) throws IOException {
            mails.add(data.readAllBytes());
            return "250 Ok";
        }

        @Override
        public void done() {}
    }

    private static SSLContext context(Certificates certificates) throws IOException {
        return PemTls.context(
                PemTls.TLS_1_2_OR_NEWER,
                Optional.empty(),
                Optional.of(certificates.certificate("mail")),
                Optional.of(certificates.key("mail")));
    }

    /** A file with the authority of its certificate. */
    public static Path authority(Certificates certificates) {
        return certificates.certificate("mail");
    }

    /** Where it listens. */
    public int port() {
        return server.getPortAllocated();
    }

    /** What it took, read by a library. */
    public List<MimeMessage> mails() throws Exception {
        var all = new java.util.ArrayList<MimeMessage>();
        for (var mail : mails) {
            all.add(
                    new MimeMessage(
                            Session.getInstance(new Properties()), new ByteArrayInputStream(mail)));
        }
        return all;
    }

    @Override
    public void close() {
        server.stop();
    }
}
