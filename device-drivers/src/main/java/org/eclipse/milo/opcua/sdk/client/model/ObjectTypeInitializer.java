package org.eclipse.milo.opcua.sdk.client.model;

import org.eclipse.milo.opcua.sdk.client.ObjectTypeManager;
import org.eclipse.milo.opcua.stack.core.NamespaceTable;

/**
 * Stands in for Milo's class of this name, which every client runs at its start and which loads a
 * Java class for each ObjectType of the OPC UA standard: megabytes of a gateway's memory for what
 * our driver never asks for. Without them Milo takes its general node classes. Our jar comes before
 * Milo's on the class path; see decision 013.
 */
public final class ObjectTypeInitializer {
    private ObjectTypeInitializer() {}

    /** Registers no types; called by Milo. */
    public static void initialize(NamespaceTable namespaces, ObjectTypeManager types) {}
}
