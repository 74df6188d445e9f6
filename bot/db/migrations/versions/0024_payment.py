"""payment: orders, payments, refunds, what channels told, and a ledger that is only ever added to"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from bot.db.schema import Code, Moment, Sealed, Whole

revision = '0024'
down_revision = '0023'
branch_labels = None
depends_on = None

LEDGER = ("payment_movement", "payment_entry")
NOT_ALLOWED = (1142, 1227, 1419)
THERE = 1359


def upgrade() -> None:
    op.create_table('payment_notice',
    sa.Column('id', Whole(), autoincrement=True, nullable=False),
    sa.Column('account', Code(32), nullable=False),
    sa.Column('notice_id', Code(128), nullable=False),
    sa.Column('event', Code(64), nullable=False),
    sa.Column('number', Code(64), nullable=False),
    sa.Column('became', Code(16), nullable=False),
    sa.Column('said', Sealed('payment_notice.said'), nullable=True),
    sa.Column('at', Moment(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_payment_notice')),
    sa.UniqueConstraint('account', 'notice_id', name=op.f('uq_payment_notice_account_notice_id')),
    mysql_charset='utf8mb4',
    mysql_engine='InnoDB'
    )
    with op.batch_alter_table('payment_notice', schema=None) as batch_op:
        batch_op.create_index('ix_payment_notice_became', ['became', 'at'], unique=False)
        batch_op.create_index('ix_payment_notice_number', ['number'], unique=False)

    op.create_table('payment_order',
    sa.Column('id', Whole(), autoincrement=True, nullable=False),
    sa.Column('public_id', Code(22), nullable=False),
    sa.Column('kind', Code(16), nullable=False),
    sa.Column('owner', Code(16), nullable=False),
    sa.Column('about', Code(64), nullable=False),
    sa.Column('open_key', Code(96), nullable=True),
    sa.Column('contact_id', Whole(), nullable=False),
    sa.Column('person_id', Whole(), nullable=False),
    sa.Column('site', Code(16), nullable=False),
    sa.Column('clinic', Code(32), server_default='', nullable=False),
    sa.Column('facts', Sealed('payment_order.facts'), nullable=False),
    sa.Column('bill', Code(64), server_default='', nullable=False),
    sa.Column('amount', sa.Integer(), nullable=False),
    sa.Column('currency', Code(3), nullable=False),
    sa.Column('state', Code(12), nullable=False),
    sa.Column('expires_at', Moment(), nullable=False),
    sa.Column('unwanted', sa.Boolean(), nullable=False),
    sa.Column('settlement', Code(64), nullable=True),
    sa.Column('told_at', Moment(), nullable=True),
    sa.Column('settle_refusal', Code(64), nullable=True),
    sa.Column('receipt', Code(64), nullable=True),
    sa.Column('window', sa.String(length=120), nullable=True),
    sa.Column('invoice', Code(64), nullable=True),
    sa.Column('invoice_url', Code(255), nullable=True),
    sa.Column('created_at', Moment(), nullable=False),
    sa.Column('created_by', Code(64), nullable=False),
    sa.Column('paid_at', Moment(), nullable=True),
    sa.Column('settled_at', Moment(), nullable=True),
    sa.Column('ended_at', Moment(), nullable=True),
    sa.ForeignKeyConstraint(['contact_id'], ['contact.id'], name=op.f('fk_payment_order_contact_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_payment_order')),
    sa.UniqueConstraint('open_key', name=op.f('uq_payment_order_open_key')),
    sa.UniqueConstraint('public_id', name=op.f('uq_payment_order_public_id')),
    mysql_charset='utf8mb4',
    mysql_engine='InnoDB'
    )
    with op.batch_alter_table('payment_order', schema=None) as batch_op:
        batch_op.create_index('ix_payment_order_about', ['owner', 'about'], unique=False)
        batch_op.create_index('ix_payment_order_contact', ['contact_id', 'created_at'], unique=False)
        batch_op.create_index('ix_payment_order_created', ['created_at'], unique=False)
        batch_op.create_index('ix_payment_order_paid', ['paid_at'], unique=False)
        batch_op.create_index('ix_payment_order_person', ['person_id', 'created_at'], unique=False)
        batch_op.create_index('ix_payment_order_state', ['state', 'expires_at'], unique=False)

    op.create_table('payment_movement',
    sa.Column('id', Whole(), autoincrement=True, nullable=False),
    sa.Column('cause', Code(80), nullable=False),
    sa.Column('kind', Code(12), nullable=False),
    sa.Column('order_id', Whole(), nullable=False),
    sa.Column('day', sa.Date(), nullable=False),
    sa.Column('at', Moment(), nullable=False),
    sa.Column('by', Code(64), nullable=False),
    sa.ForeignKeyConstraint(['order_id'], ['payment_order.id'], name=op.f('fk_payment_movement_order_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_payment_movement')),
    sa.UniqueConstraint('cause', name=op.f('uq_payment_movement_cause')),
    mysql_charset='utf8mb4',
    mysql_engine='InnoDB'
    )
    with op.batch_alter_table('payment_movement', schema=None) as batch_op:
        batch_op.create_index('ix_payment_movement_day', ['day', 'kind'], unique=False)
        batch_op.create_index('ix_payment_movement_order', ['order_id'], unique=False)

    op.create_table('payment_payment',
    sa.Column('id', Whole(), autoincrement=True, nullable=False),
    sa.Column('order_id', Whole(), nullable=False),
    sa.Column('number', Code(32), nullable=False),
    sa.Column('account', Code(32), nullable=False),
    sa.Column('channel', Code(16), nullable=False),
    sa.Column('way', Code(8), nullable=False),
    sa.Column('amount', sa.Integer(), nullable=False),
    sa.Column('state', Code(8), nullable=False),
    sa.Column('use', Code(8), nullable=True),
    sa.Column('sheet', Sealed('payment_payment.sheet'), nullable=True),
    sa.Column('payer', Sealed('payment_payment.payer'), nullable=True),
    sa.Column('channel_number', Code(64), nullable=True),
    sa.Column('refusal', Code(64), nullable=True),
    sa.Column('expires_at', Moment(), nullable=False),
    sa.Column('asks', sa.SmallInteger(), nullable=False),
    sa.Column('ask_at', Moment(), nullable=True),
    sa.Column('checking_at', Moment(), nullable=True),
    sa.Column('created_at', Moment(), nullable=False),
    sa.Column('opened_at', Moment(), nullable=True),
    sa.Column('paid_at', Moment(), nullable=True),
    sa.Column('ended_at', Moment(), nullable=True),
    sa.ForeignKeyConstraint(['order_id'], ['payment_order.id'], name=op.f('fk_payment_payment_order_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_payment_payment')),
    sa.UniqueConstraint('account', 'channel_number', name=op.f('uq_payment_payment_account_channel_number')),
    sa.UniqueConstraint('number', name=op.f('uq_payment_payment_number')),
    mysql_charset='utf8mb4',
    mysql_engine='InnoDB'
    )
    with op.batch_alter_table('payment_payment', schema=None) as batch_op:
        batch_op.create_index('ix_payment_payment_ask', ['ask_at'], unique=False)
        batch_op.create_index('ix_payment_payment_order', ['order_id', 'state'], unique=False)
        batch_op.create_index('ix_payment_payment_paid', ['paid_at'], unique=False)

    op.create_table('payment_entry',
    sa.Column('id', Whole(), autoincrement=True, nullable=False),
    sa.Column('movement_id', Whole(), nullable=False),
    sa.Column('account', Code(64), nullable=False),
    sa.Column('amount', sa.BigInteger(), nullable=False),
    sa.ForeignKeyConstraint(['movement_id'], ['payment_movement.id'], name=op.f('fk_payment_entry_movement_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_payment_entry')),
    mysql_charset='utf8mb4',
    mysql_engine='InnoDB'
    )
    with op.batch_alter_table('payment_entry', schema=None) as batch_op:
        batch_op.create_index('ix_payment_entry_account', ['account', 'amount'], unique=False)
        batch_op.create_index('ix_payment_entry_movement', ['movement_id'], unique=False)

    op.create_table('payment_refund',
    sa.Column('id', Whole(), autoincrement=True, nullable=False),
    sa.Column('public_id', Code(22), nullable=False),
    sa.Column('order_id', Whole(), nullable=False),
    sa.Column('payment_id', Whole(), nullable=False),
    sa.Column('number', Code(32), nullable=False),
    sa.Column('request_id', Code(96), nullable=False),
    sa.Column('amount', sa.Integer(), nullable=False),
    sa.Column('why', Code(24), nullable=False),
    sa.Column('note', Sealed('payment_refund.note'), nullable=True),
    sa.Column('state', Code(8), nullable=False),
    sa.Column('of_excess', sa.Boolean(), nullable=False),
    sa.Column('permission', Code(64), nullable=True),
    sa.Column('refusal', Code(64), nullable=True),
    sa.Column('channel_refund', Code(64), nullable=True),
    sa.Column('asks', sa.SmallInteger(), nullable=False),
    sa.Column('ask_at', Moment(), nullable=True),
    sa.Column('told_at', Moment(), nullable=True),
    sa.Column('created_at', Moment(), nullable=False),
    sa.Column('created_by', Code(64), nullable=False),
    sa.Column('approved_at', Moment(), nullable=True),
    sa.Column('approved_by', Code(64), nullable=True),
    sa.Column('sent_at', Moment(), nullable=True),
    sa.Column('back_at', Moment(), nullable=True),
    sa.ForeignKeyConstraint(['order_id'], ['payment_order.id'], name=op.f('fk_payment_refund_order_id')),
    sa.ForeignKeyConstraint(['payment_id'], ['payment_payment.id'], name=op.f('fk_payment_refund_payment_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_payment_refund')),
    sa.UniqueConstraint('number', name=op.f('uq_payment_refund_number')),
    sa.UniqueConstraint('public_id', name=op.f('uq_payment_refund_public_id')),
    sa.UniqueConstraint('request_id', name=op.f('uq_payment_refund_request_id')),
    mysql_charset='utf8mb4',
    mysql_engine='InnoDB'
    )
    with op.batch_alter_table('payment_refund', schema=None) as batch_op:
        batch_op.create_index('ix_payment_refund_ask', ['ask_at'], unique=False)
        batch_op.create_index('ix_payment_refund_back', ['back_at'], unique=False)
        batch_op.create_index('ix_payment_refund_order', ['order_id', 'state'], unique=False)
        batch_op.create_index('ix_payment_refund_state', ['state', 'created_at'], unique=False)

    for table in LEDGER:
        for verb in ("UPDATE", "DELETE"):
            _guard(table, verb)


def _guard(table: str, verb: str) -> None:
    """What was written in the ledger stays as it is, whoever holds the password of the database. TiDB knows no triggers,
    and a MySQL that logs in binary lets only some users make them: `daoyi payment verify` says where one is missing."""
    name, no = f"{table}_no_{verb.lower()}", f"{table} is only ever added to"
    bind = op.get_bind()
    if bind.dialect.name == "sqlite":
        op.execute(f"CREATE TRIGGER {name} BEFORE {verb} ON {table} BEGIN SELECT RAISE(ABORT, '{no}'); END")
        return
    if "tidb" in str(bind.exec_driver_sql("SELECT VERSION()").scalar()).lower():
        return
    try:
        op.execute(
            f"CREATE TRIGGER {name} BEFORE {verb} ON {table} FOR EACH ROW "
            f"SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = '{no}'"
        )
    except sa.exc.OperationalError as error:
        if error.orig is None or error.orig.args[0] not in (*NOT_ALLOWED, THERE):
            raise


def downgrade() -> None:
    for table in ("payment_entry", "payment_movement", "payment_refund", "payment_payment", "payment_order",
                  "payment_notice"):
        op.drop_table(table)
