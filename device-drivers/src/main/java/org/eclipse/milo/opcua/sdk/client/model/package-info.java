/** What of Milo we replace by less; see decision 013. */
@NullMarked
package org.eclipse.milo.opcua.sdk.client.model;

import org.jspecify.annotations.NullMarked;
