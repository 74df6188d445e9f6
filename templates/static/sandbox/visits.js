// What happens at the hospital today: patients come, those before them are called, they are taken in.
import { get, post } from "./api.js";
import { make } from "./bubbles.js";

const VISITS = "/sandbox/hospital/visits";
const STATES = { booked: "还没到", came: "到了", seen: "看上了" };
const ACTS = [["came", "到院"], ["before", "叫前一位"], ["seen", "叫他进去"]];

export class Visits {
  constructor(drawer) {
    this.drawer = drawer;
    drawer.addEventListener("click", (event) => {
      const { what, appointment } = event.target.dataset;
      if (what) this.tell(() => post(VISITS, { appointment, what }));
    });
  }

  look() { return this.tell(() => get(VISITS)); }

  async tell(act) {
    const problem = this.drawer.querySelector(".drawer-problem");
    try {
      this.show((await act()).visits);
      problem.hidden = true;
    } catch (error) {
      problem.textContent = `没有办成：${error.message}`;
      problem.hidden = false;
    }
  }

  show(visits) {
    const rows = visits.map((each) => {
      const row = make("li", each.state);
      row.append(make("strong", "", `${each.time} ${each.clinic} ${each.number} 号`), make("span", "", `${each.name}，${STATES[each.state]}`));
      for (const [what, label] of ACTS) {
        const button = make("button", "", label);
        button.type = "button";
        Object.assign(button.dataset, { what, appointment: each.appointment });
        button.disabled = each.state === "seen" || (what === "came" && each.state === "came") || (what === "before" && !each.before);
        row.append(button);
      }
      return row;
    });
    this.drawer.querySelector(".visits").replaceChildren(...(rows.length ? rows : [make("li", "none", "今天还没有登记的预约")]));
  }
}
