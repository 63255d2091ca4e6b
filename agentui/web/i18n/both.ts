// Both languages at once, for pages that are not in a hurry.

import { know } from "./index";
import { en } from "./en";
import { id } from "./id";

know("en", en);
know("id", id);
