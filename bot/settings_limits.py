"""The settings of how much one contact, one member of staff or one address may do in a minute."""

from __future__ import annotations

from pydantic import Field, NonNegativeInt, PositiveInt, field_validator

from bot.settings_parts import Section, checked_networks


class Limits(Section):
    """Per minute and contact; 0: no limit. What is allowed at once is what is allowed in a minute."""

    pages: NonNegativeInt = Field(120, description="Pages and parts of pages one contact may open")
    changes: NonNegativeInt = Field(60, description="Forms one contact may send")
    searches: NonNegativeInt = Field(60, description="Searches of one contact; the page searches while one types")
    holds: NonNegativeInt = Field(12, description="Slots one contact may ask to be kept")
    codes: NonNegativeInt = Field(6, description="Codes by text message one contact may ask for")
    aloud: NonNegativeInt = Field(60, description="Parts of pages our voice reads aloud to one contact")
    sign_ins: NonNegativeInt = Field(20, description="Sign-ins of one contact; before it is known, of its address")
    desk: NonNegativeInt = Field(300, description="Pages and forms of one member of staff")
    door: NonNegativeInt = Field(10, description="Names, passwords and codes that are tried at the desk's sign-in")
    crowd: PositiveInt = Field(
        30, description="One address may do so many times as much: people share it, at home and in a mobile network"
    )
    shared_networks: str = Field(
        "", description="Networks in which very many share one address (the hospital's Wi-Fi for patients): there only "
        "the contact is counted"
    )

    _networks = field_validator("shared_networks")(checked_networks)
