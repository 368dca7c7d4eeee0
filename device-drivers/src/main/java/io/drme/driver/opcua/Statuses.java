package io.drme.driver.opcua;

import io.drme.model.Quality;
import io.drme.model.Reason;
import org.eclipse.milo.opcua.stack.core.StatusCodes;
import org.eclipse.milo.opcua.stack.core.types.builtin.StatusCode;

/** Turns status codes (Part 4, 7.39) into qualities with a reason. */
final class Statuses {
    /** The high half is the code, the low half carries limits and overflow. */
    private static final long CODE_MASK = 0xFFFF_0000L;

    private Statuses() {}

    /** The quality that a status stands for. */
    static byte quality(StatusCode status) {
        if (status.isGood()) {
            return Quality.GOOD;
        }
        long code = status.value() & CODE_MASK;
        return status.isUncertain() ? Quality.uncertain(uncertain(code)) : Quality.bad(bad(code));
    }

    /** The code alone, without what is said beside it. */
    static long code(StatusCode status) {
        return status.value() & CODE_MASK;
    }

    /** The status in words: its name and what it means; empty where it is good. */
    static String words(StatusCode status) {
        if (status.isGood()) {
            return "";
        }
        long code = status.value() & CODE_MASK;
        return StatusCodes.lookup(code)
                .map(known -> "%s: %s".formatted(known[0], known[1]))
                .orElseGet(() -> "status 0x%08X".formatted(code));
    }

    private static Reason uncertain(long code) {
        if (code == StatusCodes.Uncertain_LastUsableValue
                || code == StatusCodes.Uncertain_NoCommunicationLastUsableValue
                || code == StatusCodes.Uncertain_DataSubNormal) {
            return Reason.STALE;
        }
        if (code == StatusCodes.Uncertain_EngineeringUnitsExceeded) {
            return Reason.OUT_OF_RANGE;
        }
        if (code == StatusCodes.Uncertain_InitialValue) {
            return Reason.NOT_YET_READ;
        }
        return Reason.DEVICE_UNCERTAIN;
    }

    private static Reason bad(long code) {
        if (isOneOf(
                code,
                StatusCodes.Bad_NodeIdUnknown,
                StatusCodes.Bad_NodeIdInvalid,
                StatusCodes.Bad_AttributeIdInvalid,
                StatusCodes.Bad_IndexRangeNoData,
                StatusCodes.Bad_IndexRangeInvalid)) {
            return Reason.UNKNOWN_ADDRESS;
        }
        if (isOneOf(code, StatusCodes.Bad_Timeout, StatusCodes.Bad_RequestTimeout)) {
            return Reason.TIMEOUT;
        }
        if (isOneOf(
                code,
                StatusCodes.Bad_NoCommunication,
                StatusCodes.Bad_CommunicationError,
                StatusCodes.Bad_NotConnected,
                StatusCodes.Bad_ConnectionClosed,
                StatusCodes.Bad_ServerNotConnected)) {
            return Reason.COMMS_LOST;
        }
        if (isOneOf(code, StatusCodes.Bad_SensorFailure, StatusCodes.Bad_DeviceFailure)) {
            return Reason.SENSOR_FAILURE;
        }
        if (isOneOf(code, StatusCodes.Bad_OutOfService, StatusCodes.Bad_ConfigurationError)) {
            return Reason.OUT_OF_SERVICE;
        }
        if (isOneOf(code, StatusCodes.Bad_WaitingForInitialData)) {
            return Reason.NOT_YET_READ;
        }
        if (isOneOf(code, StatusCodes.Bad_OutOfRange)) {
            return Reason.OUT_OF_RANGE;
        }
        if (isOneOf(
                code,
                StatusCodes.Bad_NotReadable,
                StatusCodes.Bad_UserAccessDenied,
                StatusCodes.Bad_SecurityModeInsufficient)) {
            return Reason.REFUSED;
        }
        if (isOneOf(
                code,
                StatusCodes.Bad_TypeMismatch,
                StatusCodes.Bad_DataEncodingUnsupported,
                StatusCodes.Bad_DecodingError)) {
            return Reason.MALFORMED;
        }
        return Reason.DEVICE_BAD;
    }

    private static boolean isOneOf(long code, long... codes) {
        for (long c : codes) {
            if (c == code) {
                return true;
            }
        }
        return false;
    }
}
