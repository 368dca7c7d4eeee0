/** SQL over what the centre knows, read only. */
@NullMarked
package io.drme.cloud.sql;

import org.jspecify.annotations.NullMarked;
