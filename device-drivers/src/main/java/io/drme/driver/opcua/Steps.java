package io.drme.driver.opcua;

import io.drme.config.Quantities;
import io.drme.driver.DriverException;
import java.net.SocketException;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import org.eclipse.milo.opcua.stack.core.StatusCodes;
import org.eclipse.milo.opcua.stack.core.UaException;
import org.eclipse.milo.opcua.stack.core.UaServiceFaultException;
import org.jspecify.annotations.Nullable;

/**
 * Waits for what Milo does by itself, one step at a time: bounded, and with what went wrong put
 * into words. {@link #cancel} alone may come from another thread.
 */
final class Steps {
    private static final Set<Long> ABOUT_USER =
            Set.of(
                    StatusCodes.Bad_UserAccessDenied,
                    StatusCodes.Bad_IdentityTokenRejected,
                    StatusCodes.Bad_IdentityTokenInvalid);

    private static final Set<Long> ABOUT_TRUST =
            Set.of(
                    StatusCodes.Bad_SecurityChecksFailed,
                    StatusCodes.Bad_CertificateUntrusted,
                    StatusCodes.Bad_CertificateInvalid,
                    StatusCodes.Bad_CertificateUriInvalid,
                    StatusCodes.Bad_CertificateUseNotAllowed,
                    StatusCodes.Bad_CertificateTimeInvalid,
                    StatusCodes.Bad_SecurityPolicyRejected,
                    StatusCodes.Bad_SecurityModeRejected);

    private final String device;
    private final OpcUaSettings settings;
    private final Path ownCertificate;
    private final AtomicReference<@Nullable CompletableFuture<?>> waiting = new AtomicReference<>();

    Steps(String device, OpcUaSettings settings, Path ownCertificate) {
        this.device = device;
        this.settings = settings;
        this.ownCertificate = ownCertificate;
    }

    /** The device that is connected. */
    String device() {
        return device;
    }

    /** Waits for one step; {@code what} says what the server is asked for. */
    <T> T await(CompletionStage<T> stage, Duration limit, String what)
            throws DriverException, InterruptedException {
        var future = stage.toCompletableFuture();
        waiting.set(future);
        try {
            return future.get(limit.toNanos(), TimeUnit.NANOSECONDS);
        } catch (TimeoutException e) {
            throw unreachable(
                    "no answer to %s within %s".formatted(what, Quantities.text(limit)), e);
        } catch (CancellationException e) {
            throw unreachable("closed during " + what, e);
        } catch (ExecutionException e) {
            throw failure(what, e.getCause() == null ? e : e.getCause());
        } finally {
            waiting.set(null);
        }
    }

    /**
     * What to go on with where a server refuses a service that we can do without; a failure of the
     * line stays one.
     */
    static <T> T orElse(Throwable failure, T otherwise) {
        var cause = failure instanceof CompletionException e ? e.getCause() : failure;
        if (cause instanceof UaServiceFaultException) {
            return otherwise;
        }
        throw failure instanceof CompletionException e ? e : new CompletionException(failure);
    }

    /** Ends a waiting {@link #await}. */
    void cancel() {
        var future = waiting.get();
        if (future != null) {
            future.cancel(false);
        }
    }

    /** The device is out of reach. */
    DriverException.Unreachable unreachable(String message, @Nullable Throwable cause) {
        return new DriverException.Unreachable(where() + message, cause);
    }

    /** The device refused us. */
    DriverException.Refused refused(String message, @Nullable Throwable cause) {
        return new DriverException.Refused(where() + message, cause);
    }

    private String where() {
        return "device %s at %s: ".formatted(device, settings.url());
    }

    /** Sorts a failure into its kind, and says what a person can do about it. */
    DriverException failure(String what, Throwable cause) {
        long code =
                UaException.extractStatusCode(cause)
                        .map(s -> s.value())
                        .orElse(StatusCodes.Bad_UnexpectedError);
        var text = words(cause);
        if (ABOUT_USER.contains(code)) {
            return refused(aboutUser(), cause);
        }
        if (ABOUT_TRUST.contains(code) && settings.policy() != SecurityPolicyName.NONE) {
            return refused(
                    "the server refuses our certificate (%s); make the server trust %s"
                            .formatted(text, ownCertificate),
                    cause);
        }
        boolean late = code == StatusCodes.Bad_Timeout || code == StatusCodes.Bad_RequestTimeout;
        return unreachable(
                "%s failed: %s".formatted(what, text), late ? new TimeoutException(text) : cause);
    }

    private String aboutUser() {
        return switch (settings.signIn()) {
            case SignIn.Anonymous _ ->
                    "the server refuses anonymous clients; add security.user and password-file";
            case SignIn.Password(String user, Path file) ->
                    "the server refuses user '%s'; check security.user and %s"
                            .formatted(user, file);
            case SignIn.Certificate(Path certificate, Path _) ->
                    "the server refuses the user of %s; its administrator has to know that certificate"
                            .formatted(certificate);
        };
    }

    /**
     * What went wrong on the line where that is at the bottom of it, without Java's class names.
     */
    private static String words(Throwable cause) {
        for (var at = cause; at != null; at = at.getCause()) {
            if (at instanceof UnknownHostException) {
                return "the name of the host is not known (%s)".formatted(at.getMessage());
            }
            if (at instanceof SocketException && at.getMessage() != null) {
                return at.getMessage().startsWith("Connection refused")
                        ? "connection refused; is the device on, and is its OPC UA server running?"
                        : at.getMessage();
            }
        }
        return cause.getMessage() == null ? cause.toString() : cause.getMessage();
    }
}
