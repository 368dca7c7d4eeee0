package io.drme.sim.opcua;

import java.nio.ByteBuffer;
import java.util.Map;
import org.eclipse.milo.opcua.stack.core.StatusCodes;
import org.eclipse.milo.opcua.stack.core.encoding.EncodingContext;
import org.eclipse.milo.opcua.stack.core.types.builtin.ByteString;
import org.eclipse.milo.opcua.stack.core.types.builtin.DataValue;
import org.eclipse.milo.opcua.stack.core.types.builtin.DateTime;
import org.eclipse.milo.opcua.stack.core.types.builtin.ExtensionObject;
import org.eclipse.milo.opcua.stack.core.types.builtin.NodeId;
import org.eclipse.milo.opcua.stack.core.types.builtin.StatusCode;
import org.eclipse.milo.opcua.stack.core.types.structured.HistoryData;
import org.eclipse.milo.opcua.stack.core.types.structured.HistoryReadDetails;
import org.eclipse.milo.opcua.stack.core.types.structured.HistoryReadResult;
import org.eclipse.milo.opcua.stack.core.types.structured.HistoryReadValueId;
import org.eclipse.milo.opcua.stack.core.types.structured.ReadRawModifiedDetails;

/**
 * Answers reads of raw history (Part 11, 6.4.3), forwards in time, in pages. A continuation point
 * is the time at which the next page begins, so nothing is kept between two.
 */
record HistoryService(EncodingContext encoding, Map<NodeId, NodeHistory> histories) {
    /** Where a client does not say how many it takes. */
    private static final int USUAL_PAGE = 1_000;

    HistoryReadResult read(HistoryReadDetails details, HistoryReadValueId asked) {
        var history = histories.get(asked.getNodeId());
        if (history == null || !(details instanceof ReadRawModifiedDetails raw)) {
            return refused(StatusCodes.Bad_HistoryOperationUnsupported);
        }
        var end = raw.getEndTime();
        if (raw.getStartTime() == null || end == null) {
            return refused(StatusCodes.Bad_HistoryOperationInvalid);
        }
        var point = asked.getContinuationPoint();
        var start =
                point == null || point.isNullOrEmpty()
                        ? raw.getStartTime()
                        : new DateTime(ByteBuffer.wrap(point.bytesOrEmpty()).getLong());
        int wanted = raw.getNumValuesPerNode() == null ? 0 : raw.getNumValuesPerNode().intValue();
        int page = wanted == 0 ? USUAL_PAGE : Math.min(wanted, USUAL_PAGE);
        var found = history.between(start, end, page + 1);
        boolean isMore = found.size() > page;
        var next = isMore ? point(found.getLast()) : ByteString.NULL_VALUE;
        var values = found.stream().limit(page).toArray(DataValue[]::new);
        return new HistoryReadResult(
                StatusCode.GOOD, next, ExtensionObject.encode(encoding, new HistoryData(values)));
    }

    private static ByteString point(DataValue value) {
        var time = value.sourceTime() == null ? value.serverTime() : value.sourceTime();
        long ticks = time == null ? 0 : time.utcTime();
        return ByteString.of(ByteBuffer.allocate(Long.BYTES).putLong(ticks).array());
    }

    private static HistoryReadResult refused(long code) {
        return new HistoryReadResult(new StatusCode(code), ByteString.NULL_VALUE, null);
    }
}
