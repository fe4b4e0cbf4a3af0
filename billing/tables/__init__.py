"""Every table of the books. Import from here: the migrations compare against this list."""

from billing.tables.accounts import Account, AccountLink, ChannelIdentity, Premises, Resident
from billing.tables.audit import AuditEntry
from billing.tables.meters import CheckRule, Meter, Reading, Register
from billing.tables.money import Payment, Receipt, ReceiptLine, Refund, Service
from billing.tables.organizations import Organization, Property, ReportingWindow, ResourceOwner
from billing.tables.tariffs import Norm, Tariff

__all__ = [
    "Account",
    "AccountLink",
    "AuditEntry",
    "ChannelIdentity",
    "CheckRule",
    "Meter",
    "Norm",
    "Organization",
    "Payment",
    "Premises",
    "Property",
    "Reading",
    "Receipt",
    "ReceiptLine",
    "Refund",
    "Register",
    "ReportingWindow",
    "Resident",
    "ResourceOwner",
    "Service",
    "Tariff",
]
