package io.drme.driver.opcua;

import static org.assertj.core.api.Assertions.assertThat;

import org.eclipse.milo.opcua.sdk.client.model.ObjectTypeInitializer;
import org.eclipse.milo.opcua.sdk.client.model.VariableTypeInitializer;
import org.junit.jupiter.api.Test;

/** That Milo finds what we put in its place: a changed class path would cost memory in silence. */
class MiloTypesTest {
    @Test
    void miloRunsOurInitializersInPlaceOfItsOwn() {
        assertThat(sourceOf(ObjectTypeInitializer.class)).isEqualTo(sourceOf(OpcUaDriver.class));
        assertThat(sourceOf(VariableTypeInitializer.class)).isEqualTo(sourceOf(OpcUaDriver.class));
    }

    private static String sourceOf(Class<?> type) {
        return type.getProtectionDomain().getCodeSource().getLocation().toString();
    }
}
