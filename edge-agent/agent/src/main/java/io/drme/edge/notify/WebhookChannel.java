package io.drme.edge.notify;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.drme.alarm.Priority;
import io.drme.config.PemTls;
import io.drme.edge.notify.NotificationConfig.Webhook;
import io.drme.time.Clock;
import io.drme.web.Times;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.ConnectException;
import java.net.HttpRetryException;
import java.net.HttpURLConnection;
import java.net.Proxy;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.Base64;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import javax.net.ssl.HttpsURLConnection;
import javax.net.ssl.SSLException;

/**
 * POSTs JSON, signed as <a href="https://www.standardwebhooks.com">Standard Webhooks</a> says, for
 * which there are libraries in most languages.
 */
final class WebhookChannel implements Channel {
    /** Of the body; one more for each change that a receiver could trip over. */
    static final int VERSION = 1;

    private static final String BASE64_SECRET = "whsec_";
    private static final int MOST_SAID = 200;
    private static final int MILLIS = 1_000;
    private static final int FIRST_SUCCESS = 200;
    private static final int FIRST_REDIRECT = 300;
    private static final int FIRST_ERROR = 400;
    private static final long NANOS_PER_SECOND = 1_000_000_000;

    private final NotificationConfig config;
    private final Webhook webhook;
    private final Words words;
    private final Clock clock;
    private final SecretText secrets;

    WebhookChannel(
            NotificationConfig config,
            Webhook webhook,
            Words words,
            Clock clock,
            SecretText secrets) {
        this.config = config;
        this.webhook = webhook;
        this.words = words;
        this.clock = clock;
        this.secrets = secrets;
    }

    @Override
    public Outcome send(Message message, String id) {
        try {
            var connection = connection();
            try {
                post(connection, message, id);
                return outcome(connection);
            } finally {
                connection.disconnect();
            }
        } catch (IOException e) {
            return failed(e);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every JDK has HMAC-SHA256", e);
        }
    }

    /** The JDK's older client: its newer one takes 14 MB more, for messages that are rare. */
    private HttpURLConnection connection() throws IOException {
        var connection = (HttpURLConnection) webhook.url().toURL().openConnection(Proxy.NO_PROXY);
        if (connection instanceof HttpsURLConnection secure) {
            secure.setSSLSocketFactory(
                    PemTls.context(
                                    PemTls.TLS_1_2_OR_NEWER,
                                    webhook.ca(),
                                    Optional.empty(),
                                    Optional.empty())
                            .getSocketFactory());
        }
        connection.setConnectTimeout(CONNECT_SECONDS * MILLIS);
        connection.setReadTimeout(LIMIT_SECONDS * MILLIS);
        connection.setInstanceFollowRedirects(false);
        connection.setUseCaches(false);
        connection.setRequestMethod("POST");
        connection.setDoOutput(true);
        return connection;
    }

    private void post(HttpURLConnection connection, Message message, String id)
            throws IOException, GeneralSecurityException {
        var body = body(message, id).encode();
        long seconds = clock.epochNanos() / NANOS_PER_SECOND;
        connection.setRequestProperty("content-type", "application/json; charset=utf-8");
        connection.setRequestProperty("user-agent", "drme-agent");
        connection.setRequestProperty("connection", "close");
        connection.setRequestProperty("idempotency-key", id);
        connection.setRequestProperty("webhook-id", id);
        connection.setRequestProperty("webhook-timestamp", Long.toString(seconds));
        if (webhook.secretFile().isPresent()) {
            connection.setRequestProperty(
                    "webhook-signature",
                    signature(
                            secrets.read("secret-file", webhook.secretFile().get()),
                            id,
                            seconds,
                            body));
        }
        for (var header : webhook.headers().entrySet()) {
            try {
                connection.setRequestProperty(
                        header.getKey(),
                        secrets.read("headers." + header.getKey(), header.getValue()));
            } catch (IllegalArgumentException e) {
                throw new IOException(
                        "the header %s can't be sent with what stands in %s"
                                .formatted(header.getKey(), header.getValue()),
                        e);
            }
        }
        var bytes = body.getBytes(UTF_8);
        // Of known length, it is not sent a second time behind our back.
        connection.setFixedLengthStreamingMode(bytes.length);
        try (var out = connection.getOutputStream()) {
            out.write(bytes);
        }
    }

    /** {@code v1,} and the HMAC-SHA256 over id, time and body in base 64. */
    static String signature(String secret, String id, long seconds, String body)
            throws IOException, GeneralSecurityException {
        byte[] key;
        try {
            key =
                    secret.startsWith(BASE64_SECRET)
                            ? Base64.getDecoder().decode(secret.substring(BASE64_SECRET.length()))
                            : secret.getBytes(UTF_8);
        } catch (IllegalArgumentException e) {
            throw new IOException("the secret begins with whsec_, but is not base 64 behind it", e);
        }
        var mac = Mac.getInstance("HmacSHA256");
        mac.init(new SecretKeySpec(key, "HmacSHA256"));
        var signed = mac.doFinal((id + "." + seconds + "." + body).getBytes(UTF_8));
        return "v1," + Base64.getEncoder().encodeToString(signed);
    }

    /** What is posted; docs/notifications.md shows it. */
    JsonObject body(Message message, String id) {
        var alarms = new JsonArray();
        message.top().forEach(n -> alarms.add(n.json()));
        var body =
                new JsonObject()
                        .put("version", VERSION)
                        .put("id", id)
                        .put("kind", message.kind().name().toLowerCase(Locale.ROOT))
                        .put("gateway", words.gateway())
                        .put("site", words.site())
                        .put("receiver", config.name())
                        .put("subject", words.subject(message, config.language(), config.name()))
                        .put("text", words.text(message, config.language(), config.name()))
                        .put("alarms", alarms);
        if (message.kind() == Message.Kind.DIGEST) {
            var priorities = new JsonObject();
            // most urgent first, and in the order of what happens: a map has another order each
            // start
            message.byPriority().entrySet().stream()
                    .sorted(Map.Entry.<Priority, Integer>comparingByKey().reversed())
                    .forEach(e -> priorities.put(e.getKey().text(), e.getValue()));
            var transitions = new JsonObject();
            message.byOccasion().entrySet().stream()
                    .sorted(Map.Entry.comparingByKey())
                    .forEach(e -> transitions.put(e.getKey().text(), e.getValue()));
            body.put(
                    "digest",
                    new JsonObject()
                            .put("count", message.count())
                            .put("from", Times.text(message.firstAtNanos()))
                            .put("to", Times.text(message.lastAtNanos()))
                            .put("byPriority", priorities)
                            .put("byTransition", transitions));
        }
        return body;
    }

    private static Outcome outcome(HttpURLConnection connection) throws IOException {
        int status;
        String said;
        try {
            status = connection.getResponseCode();
            said = isSuccess(status) ? "" : said(connection);
        } catch (HttpRetryException e) {
            status = e.responseCode(); // what asks for a sign-in
            said = "";
        }
        var why = "it answers %d%s".formatted(status, said.isEmpty() ? "" : ": " + said);
        return switch (status) {
            case 200, 201, 202, 203, 204, 205, 206 -> new Outcome.Sent("it answers " + status);
            case 301, 302, 303, 307, 308 ->
                    new Outcome.Failed(
                            why, "It has moved; put the new address into url", Optional.empty());
            case 401, 403 ->
                    new Outcome.Failed(
                            why,
                            "It does not take us; check headers and secret-file",
                            Optional.empty());
            case 404, 405, 410 ->
                    new Outcome.Failed(
                            why, "Nobody takes messages there; check url", Optional.empty());
            case 408, 425, 429 -> new Outcome.Failed(why, "", after(connection));
            default ->
                    status >= 500
                            ? new Outcome.Failed(
                                    why, "The receiver has a problem of its own", after(connection))
                            : new Outcome.Refused(
                                    why,
                                    "It does not understand the body, see docs/notifications.md");
        };
    }

    private static boolean isSuccess(int status) {
        return status >= FIRST_SUCCESS && status < FIRST_REDIRECT;
    }

    /** The first of its words, in one line; none where they don't come. */
    private static String said(HttpURLConnection connection) {
        var said = new byte[MOST_SAID];
        int length = 0;
        try {
            // Not closed: that would read on to the end, to use the connection again.
            var in =
                    connection.getResponseCode() < FIRST_ERROR
                            ? connection.getInputStream()
                            : connection.getErrorStream();
            if (in != null) {
                // Waited for once, by the time limit of the line: a body may trickle.
                length = Math.max(0, in.read(said));
                length += in.readNBytes(said, length, Math.min(MOST_SAID - length, in.available()));
            }
        } catch (IOException _) {
            // The status says what became of it.
        }
        return new String(said, 0, length, UTF_8).replaceAll("\\p{Cntrl}+", " ").strip();
    }

    private static Optional<Duration> after(HttpURLConnection connection) {
        return Optional.ofNullable(connection.getHeaderField("retry-after"))
                .filter(t -> t.matches("[0-9]{1,6}"))
                .map(t -> Duration.ofSeconds(Long.parseLong(t)));
    }

    private Outcome failed(IOException e) {
        var to = webhook.target();
        return switch (e) {
            case SocketTimeoutException _ ->
                    failed(
                            "%s does not answer within %d s".formatted(to, LIMIT_SECONDS),
                            "Check that the receiver runs and that a firewall lets us through");
            case ConnectException _ ->
                    failed(
                            to + " can't be reached",
                            "Check that the receiver runs, host and port of url, and that a firewall lets us through");
            case UnknownHostException _ ->
                    failed(
                            to + ": the name is not known",
                            "Check host in url, and the name server");
            case SSLException ssl ->
                    failed(
                            "%s: no TLS (%s)".formatted(to, ssl.getMessage()),
                            "Check ca and the name in the receiver's certificate");
            default -> failed(to + ": " + e.getMessage(), "");
        };
    }

    private static Outcome failed(String why, String hint) {
        return new Outcome.Failed(why, hint, Optional.empty());
    }
}
