"""Every table of the books. Import from here: the migrations compare against this list."""

from billing.tables.accounts import Account, AccountLink, ChannelIdentity, Premises, Resident
from billing.tables.audit import AuditEntry
from billing.tables.charging import Act, Benefit, HouseVolume
from billing.tables.exchange import ApiKey, Device, DeviceInput, DevicePacket, ImportRun
from billing.tables.meters import CheckRule, ExternalCheck, Meter, Reading, Register
from billing.tables.money import Payment, Receipt, ReceiptLine, Refund, Service
from billing.tables.organizations import Organization, Property, ReportingWindow, ResourceOwner
from billing.tables.paying import AccountContact, Autopay
from billing.tables.service import Article, News, Notice, Outage, OutageScope, Reminder, Ticket
from billing.tables.tariffs import Norm, Tariff

__all__ = [
    "Account",
    "AccountContact",
    "AccountLink",
    "Act",
    "ApiKey",
    "Article",
    "AuditEntry",
    "Autopay",
    "Benefit",
    "ChannelIdentity",
    "CheckRule",
    "Device",
    "DeviceInput",
    "DevicePacket",
    "ExternalCheck",
    "HouseVolume",
    "ImportRun",
    "Meter",
    "News",
    "Norm",
    "Notice",
    "Organization",
    "Outage",
    "OutageScope",
    "Payment",
    "Premises",
    "Property",
    "Reading",
    "Receipt",
    "ReceiptLine",
    "Refund",
    "Register",
    "Reminder",
    "ReportingWindow",
    "Resident",
    "ResourceOwner",
    "Service",
    "Tariff",
    "Ticket",
]
