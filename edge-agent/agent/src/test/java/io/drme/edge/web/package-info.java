@NullMarked
package io.drme.edge.web;

import org.jspecify.annotations.NullMarked;
