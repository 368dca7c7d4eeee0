package io.drme.sim.opcua;

import static org.eclipse.milo.opcua.stack.core.types.builtin.unsigned.Unsigned.uint;

import io.drme.sim.fault.Moment;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.lang.reflect.Array;
import java.util.HashMap;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.eclipse.milo.opcua.sdk.core.Reference;
import org.eclipse.milo.opcua.sdk.core.ValueRanks;
import org.eclipse.milo.opcua.sdk.server.OpcUaServer;
import org.eclipse.milo.opcua.sdk.server.nodes.UaDataTypeNode;
import org.eclipse.milo.opcua.sdk.server.nodes.UaNode;
import org.eclipse.milo.opcua.sdk.server.nodes.UaNodeContext;
import org.eclipse.milo.opcua.sdk.server.nodes.UaObjectNode;
import org.eclipse.milo.opcua.stack.core.NodeIds;
import org.eclipse.milo.opcua.stack.core.encoding.binary.OpcUaBinaryEncoder;
import org.eclipse.milo.opcua.stack.core.types.builtin.ByteString;
import org.eclipse.milo.opcua.stack.core.types.builtin.ExtensionObject;
import org.eclipse.milo.opcua.stack.core.types.builtin.LocalizedText;
import org.eclipse.milo.opcua.stack.core.types.builtin.Matrix;
import org.eclipse.milo.opcua.stack.core.types.builtin.NodeId;
import org.eclipse.milo.opcua.stack.core.types.builtin.QualifiedName;
import org.eclipse.milo.opcua.stack.core.types.builtin.unsigned.UByte;
import org.eclipse.milo.opcua.stack.core.types.builtin.unsigned.UInteger;
import org.eclipse.milo.opcua.stack.core.types.builtin.unsigned.ULong;
import org.eclipse.milo.opcua.stack.core.types.builtin.unsigned.UShort;
import org.eclipse.milo.opcua.stack.core.types.enumerated.StructureType;
import org.eclipse.milo.opcua.stack.core.types.structured.DataTypeDefinition;
import org.eclipse.milo.opcua.stack.core.types.structured.EnumDefinition;
import org.eclipse.milo.opcua.stack.core.types.structured.EnumField;
import org.eclipse.milo.opcua.stack.core.types.structured.StructureDefinition;
import org.eclipse.milo.opcua.stack.core.types.structured.StructureField;

/**
 * The data types of one namespace's enumerations and structures, and how values of these are sent.
 * Written by the specification (Part 6, 5.2) on Milo's encoder of the built-in types, not by what
 * Milo has for types that a client learns: that is what the driver uses.
 */
final class SimulatedTypes {
    private final OpcUaServer server;
    private final UaNodeContext context;
    private final UnaryOperator<NodeId> add;
    private final Map<Shape, NodeId> types = new HashMap<>();
    private final Map<Shape, NodeId> encodings = new HashMap<>();

    /**
     * No types yet.
     *
     * @param context of the namespace's nodes
     * @param add gives an id in the namespace
     */
    SimulatedTypes(OpcUaServer server, UaNodeContext context, UnaryOperator<NodeId> add) {
        this.server = server;
        this.context = context;
        this.add = add;
    }

    /** The data type of a shape; makes its node where it is none of OPC UA's own. */
    NodeId typeOf(Shape shape, String name) {
        return switch (shape) {
            case Shape.One one -> ofOne(one, name);
            case Shape.Many many -> ofOne(many.one(), name);
            case Shape.Structure structure -> ofStructure(structure, name);
        };
    }

    private NodeId ofOne(Shape.One one, String name) {
        if (one.names().isEmpty()) {
            return one.type().dataType();
        }
        var known = types.get(one);
        if (known != null) {
            return known;
        }
        var fields =
                one.names().entrySet().stream()
                        .map(e ->
                                new EnumField(
                                        e.getKey(),
                                        LocalizedText.english(e.getValue()),
                                        LocalizedText.NULL_VALUE,
                                        e.getValue()))
                        .toArray(EnumField[]::new);
        return node(one, name, NodeIds.Enumeration, new EnumDefinition(fields)).getNodeId();
    }

    private NodeId ofStructure(Shape.Structure structure, String name) {
        var known = types.get(structure);
        if (known != null) {
            return known;
        }
        var fields =
                structure.fields().entrySet().stream()
                        .map(e -> field(e.getKey(), e.getValue(), name))
                        .toArray(StructureField[]::new);
        var encoding = id(name + ".Binary");
        var definition =
                new StructureDefinition(
                        encoding, NodeIds.Structure, StructureType.Structure, fields);
        var type = node(structure, name, NodeIds.Structure, definition);
        encodings.put(structure, encoding);
        var coded =
                new UaObjectNode(
                        context,
                        encoding,
                        new QualifiedName(0, "Default Binary"),
                        LocalizedText.english("Default Binary"),
                        LocalizedText.NULL_VALUE,
                        uint(0),
                        uint(0));
        coded.addReference(
                new Reference(
                        encoding,
                        NodeIds.HasTypeDefinition,
                        NodeIds.DataTypeEncodingType.expanded(),
                        Reference.Direction.FORWARD));
        coded.addReference(
                new Reference(
                        encoding,
                        NodeIds.HasEncoding,
                        type.getNodeId().expanded(),
                        Reference.Direction.INVERSE));
        context.getNodeManager().addNode(coded);
        return type.getNodeId();
    }

    private StructureField field(String name, Shape shape, String owner) {
        boolean isArray = shape instanceof Shape.Many;
        return new StructureField(
                name,
                LocalizedText.NULL_VALUE,
                typeOf(shape, owner + "." + name),
                isArray ? ((Shape.Many) shape).dimensions().size() : ValueRanks.Scalar,
                isArray ? dimensions((Shape.Many) shape) : null,
                uint(0),
                false);
    }

    static UInteger[] dimensions(Shape.Many many) {
        return many.dimensions().stream().map(d -> uint(d)).toArray(UInteger[]::new);
    }

    private UaNode node(Shape shape, String name, NodeId parent, DataTypeDefinition definition) {
        var id = id(name);
        var node =
                new UaDataTypeNode(
                        context,
                        id,
                        new QualifiedName(id.getNamespaceIndex(), name),
                        LocalizedText.english(name),
                        LocalizedText.NULL_VALUE,
                        uint(0),
                        uint(0),
                        false);
        node.setDataTypeDefinition(definition);
        node.addReference(
                new Reference(
                        id, NodeIds.HasSubtype, parent.expanded(), Reference.Direction.INVERSE));
        context.getNodeManager().addNode(node);
        types.put(shape, id);
        return node;
    }

    private NodeId id(String name) {
        return add.apply(new NodeId(0, "Types." + name));
    }

    /** The value of a shape as a variant takes it. */
    Object value(Shape shape, Moment moment) {
        if (!(shape instanceof Shape.Structure structure)) {
            return shape.at(moment);
        }
        var buffer = Unpooled.buffer();
        encode(
                new OpcUaBinaryEncoder(server.getStaticEncodingContext()).setBuffer(buffer),
                structure,
                moment);
        var encoding = encodings.get(structure);
        if (encoding == null) {
            throw new IllegalStateException("a structure without a type");
        }
        return ExtensionObject.of(ByteString.of(ByteBufUtil.getBytes(buffer)), encoding);
    }

    private void encode(OpcUaBinaryEncoder out, Shape shape, Moment moment) {
        switch (shape) {
            case Shape.Structure structure ->
                    structure.fields().values().forEach(field -> encode(out, field, moment));
            case Shape.One one -> encode(out, one.at(moment));
            case Shape.Many many -> {
                var value = many.at(moment);
                if (value instanceof Matrix) {
                    out.encodeInt32(many.dimensions().size());
                    for (int length : many.dimensions()) {
                        out.encodeInt32(length);
                    }
                } else {
                    out.encodeInt32(many.length());
                }
                var elements = value instanceof Matrix matrix ? matrix.getElements() : value;
                for (int i = 0; i < many.length(); i++) {
                    encode(out, Array.get(elements, i));
                }
            }
        }
    }

    private static void encode(OpcUaBinaryEncoder out, Object value) {
        switch (value) {
            case Boolean v -> out.encodeBoolean(v);
            case Byte v -> out.encodeSByte(v);
            case UByte v -> out.encodeByte(v);
            case Short v -> out.encodeInt16(v);
            case UShort v -> out.encodeUInt16(v);
            case Integer v -> out.encodeInt32(v);
            case UInteger v -> out.encodeUInt32(v);
            case Long v -> out.encodeInt64(v);
            case ULong v -> out.encodeUInt64(v);
            case Float v -> out.encodeFloat(v);
            case Double v -> out.encodeDouble(v);
            case String v -> out.encodeString(v);
            default -> throw new IllegalStateException("no type of a scenario: " + value);
        }
    }
}
