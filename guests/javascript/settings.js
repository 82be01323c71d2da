export default { title: "Größe", sizes: [1, 2, 3] };
