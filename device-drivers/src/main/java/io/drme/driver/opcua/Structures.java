package io.drme.driver.opcua;

import io.drme.driver.DriverException;
import io.drme.time.Clock;
import io.netty.buffer.Unpooled;
import java.time.Duration;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeoutException;
import org.eclipse.milo.opcua.sdk.client.OpcUaClient;
import org.eclipse.milo.opcua.sdk.client.typetree.DataTypeManagerFactory;
import org.eclipse.milo.opcua.sdk.client.typetree.DataTypeTreeFactory;
import org.eclipse.milo.opcua.sdk.core.types.DynamicOptionSetType;
import org.eclipse.milo.opcua.sdk.core.types.DynamicStructType;
import org.eclipse.milo.opcua.sdk.core.types.DynamicUnionType;
import org.eclipse.milo.opcua.sdk.core.types.codec.DynamicCodecFactory;
import org.eclipse.milo.opcua.stack.core.StatusCodes;
import org.eclipse.milo.opcua.stack.core.UaException;
import org.eclipse.milo.opcua.stack.core.encoding.binary.OpcUaBinaryDecoder;
import org.eclipse.milo.opcua.stack.core.types.UaStructuredType;
import org.eclipse.milo.opcua.stack.core.types.builtin.ByteString;
import org.eclipse.milo.opcua.stack.core.types.builtin.ExtensionObject;
import org.eclipse.milo.opcua.stack.core.types.builtin.NodeId;
import org.jspecify.annotations.Nullable;

/**
 * Decodes structures by what the server says of their types ({@code DataTypeDefinition}, Part 3,
 * 8.47). Types are asked for when the first value of one comes, and kept until {@link #forget}.
 *
 * <p>Confined to the driver's owner. The first value of a type blocks for as long as it takes to
 * ask for it, bounded; the next do not.
 */
final class Structures {
    /** A type is made of others, each asked for in a few calls. */
    private static final int TYPE_STEPS = 20;

    /** How often what could not be decoded, or was not answered, is asked for anew. */
    static final Duration ASK_ANEW = Duration.ofSeconds(30);

    private final OpcUaClient client;
    private final Duration timeout;
    private final Clock clock;
    private final Steps steps;
    private final Set<NodeId> known = new HashSet<>();
    private long forgotAt;
    private boolean unanswered;
    private long unansweredAt;

    Structures(OpcUaClient client, Duration timeout, Steps steps, Clock clock) {
        this.client = client;
        this.clock = clock;
        this.forgotAt = clock.nanoTime();
        this.timeout = timeout;
        this.steps = steps;
        client.setDataTypeTreeFactory(DataTypeTreeFactory.lazy());
        client.setDynamicDataTypeManagerFactory(DataTypeManagerFactory.lazy());
    }

    /** A value that nobody can look into, with a message for a person. */
    static final class NotDecodable extends Exception {
        private static final long serialVersionUID = 1L;

        NotDecodable(String message, @Nullable Throwable cause) {
            super(message, cause);
        }
    }

    /** Whether a value is made of fields. */
    static boolean isStructure(@Nullable Object value) {
        return value instanceof ExtensionObject || value instanceof UaStructuredType;
    }

    /** Takes nothing for granted any more: a server that restarted may have other types. */
    void forget() {
        known.clear();
        client.resetDataTypeTree();
        client.resetDynamicDataTypeManager();
        client.resetDynamicEncodingContext();
    }

    /**
     * The fields of a structure in their order. Optional ones that are not there now are left out;
     * of a union there is the one that is.
     */
    Map<String, @Nullable Object> members(Object value)
            throws NotDecodable, DriverException, InterruptedException {
        var decoded = value instanceof ExtensionObject object ? decoded(object) : value;
        return switch (decoded) {
            case DynamicStructType structure -> members(structure);
            case DynamicUnionType union ->
                    union.getValue()
                            .map(v ->
                                    Map.<String, @Nullable Object>of(v.fieldName(), v.fieldValue()))
                            .orElse(Map.of());
            case DynamicOptionSetType _ ->
                    throw new NotDecodable("there is a set of options and no structure", null);
            case UaStructuredType standard -> members(generic(standard));
            default ->
                    throw new NotDecodable(
                            "there is a %s and no structure; remove field"
                                    .formatted(decoded.getClass().getSimpleName()),
                            null);
        };
    }

    private static Map<String, @Nullable Object> members(DynamicStructType structure) {
        var members = new LinkedHashMap<String, @Nullable Object>();
        structure.getMembers().forEach(members::put);
        return members;
    }

    private Object decoded(ExtensionObject object)
            throws NotDecodable, DriverException, InterruptedException {
        if (object.isNull()) {
            throw new NotDecodable("the server sent a structure without a value", null);
        }
        return bounded(
                object.getEncodingOrTypeId(),
                () -> object.decode(client.getDynamicEncodingContext()));
    }

    /** One of OPC UA's own structures, for which Milo has a class, in the form of all others. */
    private DynamicStructType generic(UaStructuredType standard)
            throws NotDecodable, DriverException, InterruptedException {
        var type =
                standard.getTypeId().toNodeId(client.getNamespaceTable()).orElse(NodeId.NULL_VALUE);
        return (DynamicStructType)
                bounded(
                        type,
                        () -> {
                            var context = client.getDynamicEncodingContext();
                            var described = client.getDataTypeTree().getDataType(type);
                            if (described == null || described.getDataTypeDefinition() == null) {
                                throw new UaException(
                                        StatusCodes.Bad_DataTypeIdUnknown,
                                        "the server does not describe the type");
                            }
                            var body = ExtensionObject.encode(context, standard);
                            var codec =
                                    DynamicCodecFactory.create(described, client.getDataTypeTree());
                            var bytes = ((ByteString) body.getBody()).bytesOrEmpty();
                            return codec.decode(
                                    context,
                                    new OpcUaBinaryDecoder(context)
                                            .setBuffer(Unpooled.wrappedBuffer(bytes)));
                        });
    }

    private interface Decoding {
        Object run() throws UaException;
    }

    /**
     * On another thread the first time: a type that is not known is asked for in the midst of it.
     */
    private Object bounded(NodeId type, Decoding decoding)
            throws NotDecodable, DriverException, InterruptedException {
        var outcome = known.contains(type) ? outcome(decoding) : asked(type, decoding);
        var value = outcome.value();
        if (value == null) {
            // Milo keeps what it once could not make of a type; the server may say more by now.
            if (isOver(forgotAt)) {
                forgotAt = clock.nanoTime();
                forget();
            }
            throw notDecodable(type, outcome.failure());
        }
        known.add(type);
        return value;
    }

    private Outcome asked(NodeId type, Decoding decoding)
            throws DriverException, InterruptedException {
        var what = "the request for the type " + type.toParseableString();
        if (unanswered && !isOver(unansweredAt)) {
            // Each further value would hold up all others for as long.
            throw steps.unreachable(
                    what + " waits, as one before it was not answered", new TimeoutException());
        }
        unanswered = true;
        // The wait itself does not count: it may be the longer of the two.
        unansweredAt = clock.nanoTime() + timeout.multipliedBy(TYPE_STEPS).toNanos();
        var outcome =
                steps.await(
                        CompletableFuture.supplyAsync(
                                () -> outcome(decoding), Thread::startVirtualThread),
                        timeout.multipliedBy(TYPE_STEPS),
                        what);
        unanswered = false;
        return outcome;
    }

    private boolean isOver(long sinceNanos) {
        return clock.nanoTime() - sinceNanos > ASK_ANEW.toNanos();
    }

    private record Outcome(@Nullable Object value, @Nullable Exception failure) {}

    // A type that the server describes wrongly ends in whatever Milo's decoder runs into.
    private static Outcome outcome(Decoding decoding) {
        try {
            return new Outcome(decoding.run(), null);
        } catch (UaException | RuntimeException e) {
            return new Outcome(null, e);
        }
    }

    private static NotDecodable notDecodable(NodeId type, @Nullable Exception e) {
        return new NotDecodable(
                "the server's structure (%s) can't be decoded: %s"
                        .formatted(
                                type.toParseableString(),
                                e == null || e.getMessage() == null
                                        ? "nothing came"
                                        : e.getMessage()),
                e);
    }
}
