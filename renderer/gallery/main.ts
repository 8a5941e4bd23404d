/** Shows the components in all their states, for development; no build of the app has this page. */
import { mount } from "svelte";
import Gallery from "./Gallery.svelte";

const target = document.getElementById("gallery");
if (target !== null) mount(Gallery, { target });
